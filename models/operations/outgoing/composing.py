"""Composing 撰写: what a dispatch says when it leaves, from those of its notices that still wait."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam

from models.domain.outgoing.letters import Letter, letter_of, trial_letter
from models.domain.timing.calendar import legal_day
from models.domain.timing.reminders import UNACKNOWLEDGED
from models.domain.timing.wording import unacknowledged
from models.operations.act import Act
from models.operations.outgoing.ways import TEST
from models.operations.reminders.messages import clock_content
from models.operations.reminders.reminding import SPEAKING
from models.tables.base import AnyRow
from models.tables.deadlines import deadlines
from models.tables.notices import notices

_WAITING = (
    SPEAKING.join(notices, notices.c.deadline_id == deadlines.c.id)
    .add_columns(
        notices.c.id.label("notice_id"),
        notices.c.account_id,
        notices.c.stage,
        notices.c.content,
    )
    .where(
        notices.c.dispatch_id == bindparam("dispatch_id", type_=notices.c.dispatch_id.type),
        notices.c.state == "waiting",
    )
    .order_by(deadlines.c.due_at, notices.c.id)
)


def compose(act: Act, dispatch_id: UUID, key: str, *, base: str) -> Letter | None:
    """The letter as of now; None: everything it was to say has been cancelled."""
    if key.startswith(TEST):
        return trial_letter(sample=act.law.sample)
    rows = act.db.execute(_WAITING, {"dispatch_id": dispatch_id}).all()
    if not rows:
        return None
    today = legal_day(act.now)
    contents = [_content(act, row) for row in rows]
    pressing = sum(is_pressing(row, today) for row in rows)
    return letter_of(contents, day=today, pressing=pressing, base=base)


def is_pressing(notice: AnyRow, day: date) -> bool:
    """Whether its day has come, or is past; a clock that stands presses nobody."""
    return bool(notice.due_on <= day) and not notice.stage.startswith("suspended_")


def _content(act: Act, row: AnyRow) -> dict[str, Any]:
    """What the notice says; how its clock stands is told as of now, because it may have waited for days."""
    known = {"notice_id": str(row.notice_id), "account_id": str(row.account_id), **row.content}
    if row.state != "running":
        return known
    standing = clock_content(act, row)
    return known | (unacknowledged(standing) if row.stage.endswith(UNACKNOWLEDGED) else standing)
