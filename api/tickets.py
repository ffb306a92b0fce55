"""What routes of the public face ask for: the gate, the caller's network, the ticket in a header."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Depends, Header
from starlette.requests import Request

from api.limits import Gate, network_of
from models.domain.errors import BadTicket

HEADER: Final = "Huanxun-Ticket"


async def gate_of(request: Request) -> Gate:
    """Dependency: the gate of this process."""
    gate: Gate = request.app.state.gate
    return gate


async def caller_network(request: Request) -> str:
    """Dependency: the network of the caller, to count by."""
    return network_of(request)


async def ticket_mark(
    request: Request,
    value: Annotated[
        str | None,
        Header(alias=HEADER, description="求解后的验证（组件给出的 base64 文字），与随后的举报用同一个"),
    ] = None,
) -> bytes:
    """
    Dependency: the mark of the ticket in the header, for uploads.

    Raises:
        BadTicket: missing, junk, altered, not ours, too old.
    """
    if value is None:
        raise BadTicket(f"缺少提交凭证：请先获取验证，求解后放在 {HEADER} 中")
    return proven(request, value)


def proven(request: Request, solved: str) -> bytes:
    """
    The mark of the ticket in a body, by the clock of the instance.

    Raises:
        BadTicket
    """
    gate: Gate = request.app.state.gate
    return gate.mark_of(solved, request.app.state.house.clock())


Gated = Annotated[Gate, Depends(gate_of)]
Network = Annotated[str, Depends(caller_network)]
TicketMark = Annotated[bytes, Depends(ticket_mark)]
