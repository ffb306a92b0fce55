"""``huanxun verify``: the signed journal, recomputed and compared."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli import screen
from api.cli.home import opened, read_settings
from api.cli.refusals import FAILED
from models.operations.chains import anchors, verifying

Published = Annotated[
    Path | None,
    typer.Option(
        "--published",
        exists=True,
        dir_okay=False,
        readable=True,
        help="曾经公布的链头，一行一条；用来发现签名记录被整体换掉",
    ),
]


def verify(published: Published = None) -> None:
    """
    核验审计链：逐行重算，并与签名的链头比对。

    篡改、删行、插行、对调、截尾、重算、移链，逐条指出。

    服务运行时也可以核验。没有问题退出码为 0，有发现为 1。
    """
    settings = read_settings()
    lines = [] if published is None else published.read_text("utf-8", errors="replace").split("\n")
    with opened(settings) as home, home.reading() as act, screen.progress("核验") as tell:
        report = verifying.verify(
            act.db,
            public_keys={home.vault.signing_kid: home.vault.public_key_raw},
            heads_log=anchors.path_in(settings.data_dir),
            on_progress=tell,
            published=[line for line in lines if line.strip()],
            vault=home.vault,
        )
    for line in verifying.render(report):
        screen.say(line)
    if not report.ok:
        raise typer.Exit(FAILED)
