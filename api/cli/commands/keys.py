"""``huanxun keys``: printable shares, restoring from them; a new master, everything wrapped for it, the old one gone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Final

import typer

from api.cli import screen
from api.cli.home import opened, read_settings
from api.cli.refusals import MISUSED, Stop
from api.cli.screen import SHEET_MODE
from models.keyring import add_master_key, check_old, export_keys, import_keys, retire_master_key
from models.operations.identity import rewrapping, wraps
from models.operations.law import reference

app = typer.Typer(help="密钥：导出份额、恢复、轮换", no_args_is_help=True)
HOLDERS: Final = ("局长", "分管负责人", "管理员")


@app.command("export")
def export(
    folder: Annotated[
        Path | None, typer.Option(help="写成三个文件（0600）而不显示，打印后请删除；如 U 盘上的文件夹")
    ] = None,
) -> None:
    """
    导出三份密钥份额，任意两份可以恢复。

    请打印，交三个人分开保管。密钥丢失后，已封存的举报人身份和原话再也无法打开；备份里不含密钥。
    """
    settings = read_settings()
    if folder is None and not screen.is_terminal():
        raise Stop("密钥份额只显示在终端上；不在终端上运行时请用 --folder 指定文件夹", code=MISUSED)
    with opened(settings) as home:
        texts = export_keys(settings.keys)
        with home.acting() as act:
            act.note("keys.export", "keys", home.keys.current, chain="00")
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        for holder, text in zip(HOLDERS, texts, strict=True):
            screen.say(f"{holder}：{_write(folder / f'share-{holder}.txt', text)}")
        return
    for holder, text in zip(HOLDERS, texts, strict=True):
        screen.say(f"—— {holder} ——\n{text}\n")


@app.command("import")
def restore(
    files: Annotated[
        list[Path], typer.Argument(help="两份份额的文本文件（按打印内容录入）", metavar="文件…")
    ],
) -> None:
    """
    由任意两份份额恢复密钥。

    写入还没有密钥的密钥文件夹；录入错误会指出是哪一份的哪一行。
    """
    settings = read_settings()
    texts = [file.read_text("utf-8-sig") for file in files]
    keys = import_keys(texts, settings.keys)
    screen.say(f"密钥已恢复：{settings.keys.absolute()}（密钥编号 {keys.current}）")


@app.command("rotate")
def rotate() -> None:
    """
    换用新的主密钥封存今后的来件。

    旧密钥保留，用来打开以前封存的；运行中的服务自下一个请求起改用新密钥。完成后请重新导出份额。
    公众接口另有密钥文件夹的，请把新的 keys.json 复制过去并重启它。
    """
    settings = read_settings()
    with opened(settings) as home:
        before = home.keys.current
        keys = add_master_key(settings.keys)
        with home.acting() as act:
            act.note("keys.rotate", "keys", keys.current, chain="00")
            reference.changed(act)  # every process reads its keys again with its next request
    screen.say(
        f"主密钥已更换：{before} → {keys.current}；请重新运行 huanxun keys export，"
        "再运行 huanxun keys rewrap 把以前封存的换到新密钥"
    )


@app.command("rewrap")
def rewrap() -> None:
    """
    把以前封存的全部换封到现用主密钥。

    分小批进行，服务不必停；中断后再运行一次，从没有换的接着做。完成后旧密钥可用 keys retire 停用。
    """
    settings = read_settings()
    with opened(settings, identities_sealed=False) as home:
        with screen.progress("换封") as told:
            done = rewrapping.run(home.acting, home.reading_rows, home.vault, told)
        screen.say(f"已换封 {done.done} 件，现用主密钥 {home.keys.current}")
        for kid in (one for one in home.keys.masters if one != home.keys.current):
            screen.say(
                f"旧密钥 {kid} 可以停用：huanxun keys retire {kid}"
                if not done.unreadable
                else f"旧密钥 {kid} 仍须保留"
            )
    if done.unreadable:
        raise Stop(
            f"有 {done.unreadable} 件无法打开（密文损坏，或其主密钥不在），没有换封；请运行 huanxun verify 核查"
        )


@app.command("retire")
def retire(kid: Annotated[str, typer.Argument(help="旧主密钥的编号，如 1a2b3c4d", metavar="编号")]) -> None:
    """
    销毁一把不再使用的旧主密钥。

    只要还有一件用它封存，就不会销毁。销毁后，旧备份里用它封存的身份只能用以前导出的份额打开。
    """
    settings = read_settings()
    with opened(settings, identities_sealed=False) as home:
        check_old(home.keys, kid)
        with home.acting() as act:
            left = {name: count for name, count in wraps.count_under(act.db, kid).items() if count}
            if left:
                told = f"还有 {sum(left.values())} 件用 {kid} 封存，不能停用；请先运行 huanxun keys rewrap"
                raise Stop(told)
            act.note("keys.retire", "keys", kid, chain="00")
            reference.changed(act)
        retire_master_key(settings.keys, kid)
    screen.say(f"旧主密钥 {kid} 已销毁；请重新运行 huanxun keys export，并收回旧份额")


def _write(file: Path, text: str) -> Path:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, SHEET_MODE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened_file:
        opened_file.write(text + "\n")
    return file
