"""``huanxun keys``: printable shares of the keys, restoring from them, a new master key."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Final

import typer

from api.cli import screen
from api.cli.home import opened, read_settings
from api.cli.refusals import MISUSED, Stop
from api.cli.screen import SHEET_MODE
from models.keyring import add_master_key, export_keys, import_keys

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

    旧密钥保留，用来打开以前封存的。完成后请重启服务，并重新导出份额。
    """
    settings = read_settings()
    with opened(settings) as home:
        before = home.keys.current
        keys = add_master_key(settings.keys)
        with home.acting() as act:
            act.note("keys.rotate", "keys", keys.current, chain="00")
    screen.say(f"主密钥已更换：{before} → {keys.current}；请重启服务，并重新运行 huanxun keys export")


def _write(file: Path, text: str) -> Path:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, SHEET_MODE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened_file:
        opened_file.write(text + "\n")
    return file
