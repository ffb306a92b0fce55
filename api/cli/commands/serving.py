"""``huanxun serve``: the API alone, for those who supervise their processes themselves."""

from __future__ import annotations

from typing import Annotated

import typer

from api import server
from api.app import Face
from api.cli import ports
from api.cli.home import opened, read_settings
from api.cli.ports import IdentitiesSealed, SampleAnyway, loopback_only


def serve(
    face: Annotated[
        Face, typer.Option(help="开放哪一面：public 只有公众接口，staff 内部接口，all 全部")
    ] = "staff",
    identities_sealed: IdentitiesSealed = False,
    sample_anyway: SampleAnyway = False,
) -> None:
    """只启动接口服务，由 systemd 等管理；后台进程另用 huanxun worker。"""
    settings = read_settings()
    with opened(settings, identities_sealed=identities_sealed) as home:
        loopback_only(settings, sample=home.sample, anyway=sample_anyway)
    port = ports.claim(settings.host, settings.port)
    server.serve(settings.model_copy(update={"port": port}), face=face, identities_sealed=identities_sealed)
