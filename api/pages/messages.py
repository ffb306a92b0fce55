"""What the forms on the page of a complaint say: a query, a message, a withdrawal; and under which key."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from api.pages.complaint_form import NUISANCE, nuisance
from api.pages.reading import Typed, checked
from api.schemas.public.complaints import CodeIn, MessageIn, WithdrawIn
from models.domain.errors import Flaw, Invalid
from models.domain.public.messages import MessageKind
from models.domain.timing.calendar import SHANGHAI
from models.operations.once import Key

NOW_MINUTES: Final = 10
"""「又发生了」 without a time means now, to so many minutes: a double tap within them is one."""

CODE: Final = frozenset({"number", "query_code"})
_MESSAGE: Final = CODE | NUISANCE | {"kind", "text", "satisfaction"}


def code_of(typed: Typed) -> CodeIn:
    """Number and code. Raises Invalid."""
    return checked(CodeIn, typed.said(CODE))


def message_of(typed: Typed, now: datetime) -> tuple[MessageIn, Key]:
    """A message and the key under which it is said once. Raises Invalid."""
    said, key = typed.said(_MESSAGE), typed.key
    occurrence: dict[str, Any] | None = said.pop("occurrence", None)
    if said.get("kind") == MessageKind.AGAIN.value:
        occurrence = occurrence or {}
        if "noticed_at" not in occurrence:
            at = _rounded(now)
            occurrence["noticed_at"] = at.isoformat()
            key = Key(f"{key.value[:100]}.{at:%Y%m%d%H%M}")
    if occurrence:
        said["occurrence"] = nuisance(occurrence)
    return checked(MessageIn, said), key


def withdrawal_of(typed: Typed) -> WithdrawIn:
    """A withdrawal that was confirmed. Raises Invalid."""
    if typed.values.get("sure") != "true":
        raise Invalid(flaws=[Flaw("/sure", "missing", "确定要撤回的，请先勾选“我确定要撤回”")])
    return checked(WithdrawIn, typed.said(CODE | {"reason"}))


def _rounded(now: datetime) -> datetime:
    return now.astimezone(SHANGHAI).replace(
        minute=now.minute - now.minute % NOW_MINUTES, second=0, microsecond=0
    )
