"""What a person with number and code can say later: messages, "again now", "not fixed", how satisfied, withdrawal."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, update

from models.domain.errors import Conflict
from models.domain.law import chain_of
from models.domain.public.messages import Direction, MessageKind
from models.operations.act import Act
from models.operations.once import Key, once
from models.operations.public import following, photos, sealing, tickets
from models.operations.public.finding import found, not_found
from models.tables.base import AnyRow
from models.tables.cases import cases
from models.tables.complaints import complaints as T
from models.tables.public import messages

MOST_MESSAGES: Final = 200


def write(
    act: Act,
    number: str,
    code: str,
    kind: MessageKind,
    said: dict[str, Any],
    key: Key,
    *,
    mark: bytes | None = None,
) -> UUID:
    """
    Put down what the reporter says and do what it asks for; a retry under the same key is said once.

    Args:
        said: ``text``; for ``again`` an ``occurrence``; for ``satisfaction`` the ``satisfaction``.
        mark: of a ticket whose photos belong to it.

    Raises:
        NotFound; Conflict: too early, archived, too many messages; OtherContent
    """
    complaint = found(act, number, code, withdrawn=kind is MessageKind.WITHDRAW)
    return once(
        act,
        key,
        "public.message",
        {"kind": kind, **said},
        lambda: _write(act, complaint, kind, said, mark),
        owner=complaint.id.bytes,
    )


def _write(act: Act, complaint: AnyRow, kind: MessageKind, said: dict[str, Any], mark: bytes | None) -> UUID:
    complaint, case = _locked(act, complaint)
    following.refuse_early(case, kind)
    _not_too_many(act, complaint, kind)
    if mark is not None:
        tickets.take(act, mark)
        tickets.spend(act, mark, complaint.id)
        photos.attach(act, mark, complaint.id)
    made = sealing.put(act, complaint.id, Direction.IN, kind, said.get("text") or "")
    act.db.execute(
        update(cases)
        .where(cases.c.id == case.id)
        .values(
            message_waiting=kind is not MessageKind.SATISFACTION or case.message_waiting, changed_at=act.now
        )
    )
    act.note(
        f"message.{kind.value}",
        "complaint",
        complaint.id,
        chain=chain_of(case.division_code),
        fields=("message",),
        content=said,
    )
    following.follow(act, complaint, case, kind, said)
    return made


def _locked(act: Act, complaint: AnyRow) -> tuple[AnyRow, AnyRow]:
    """The complaint as it is once its case is locked, and the case. Raises ``NotFound``."""
    case = act.db.execute(select(cases).where(cases.c.id == complaint.case_id).with_for_update()).one()
    again = act.db.execute(select(T).where(T.c.id == complaint.id)).one()
    if again.withdrawn_at is not None or again.erased_at is not None:
        raise not_found()
    return again, case


def _not_too_many(act: Act, complaint: AnyRow, kind: MessageKind) -> None:
    written = act.db.execute(
        select(messages.c.id)
        .where(messages.c.complaint_id == complaint.id, messages.c.direction == Direction.IN)
        .limit(MOST_MESSAGES)
    ).all()
    if len(written) >= MOST_MESSAGES and kind is not MessageKind.WITHDRAW:
        raise Conflict(f"一件举报最多留言{MOST_MESSAGES}次，请拨打 12345 联系我们")
