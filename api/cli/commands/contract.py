"""``huanxun openapi``: write the reviewed contract, or say where it differs from the code."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli import screen
from api.cli.refusals import Stop
from api.contract import documents


def openapi(
    check: Annotated[bool, typer.Option("--check", help="只比对，不写；不一致时退出码为 1")] = False,
    top: Annotated[Path, typer.Option(help="代码库的根目录")] = Path(),
) -> None:
    """写出供评审的接口契约、拒绝一览、办理过程和岗位权限。"""
    texts = documents()
    changed = [name for name, text in texts.items() if _standing(top / name) != text]
    if check:
        if changed:
            raise Stop(f"与代码不一致：{'、'.join(changed)}；请运行 huanxun openapi 并阅读差异")
        screen.say("接口契约与代码一致")
        return
    for name in changed:
        file = top / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(texts[name], "utf-8", newline="\n")
    screen.say(f"共 {len(texts)} 个文件，写出有变化的 {len(changed)} 个")


def _standing(file: Path) -> str | None:
    return file.read_text("utf-8") if file.exists() else None
