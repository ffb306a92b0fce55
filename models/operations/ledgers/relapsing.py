"""A relapse 反弹: the office hears of it at once, so that 责任追究 is considered while the traces are fresh."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from models.db.engines import announce
from models.domain.timing.reminders import Audience, QuietHours
from models.domain.timing.wording import Subject, relapsed
from models.operations.act import Act
from models.operations.reminders.messages import Message
from models.operations.reminders.recipients import people_of
from models.operations.reminders.reminding import put
from models.tables.base import AnyRow
from models.tables.cases import cases
from models.tables.deadlines import deadlines

STAGE: Final = "relapse"
_ANY_CLOCK: Final = "RECT_ARCHIVE"  # on duty for it: the office


def tell_office(act: Act, case: AnyRow, fresh_id: UUID) -> None:
    """Put one notice per person of the office down, on the plan clock of the new round."""
    clock = act.db.execute(select(deadlines).where(deadlines.c.case_id == fresh_id).limit(1)).first()
    if clock is None:  # no rule binds there: the office finds it among the items marked 责任追究
        return
    people = people_of(act, {fresh_id})
    told = people.told(fresh_id, case.division_code, _ANY_CLOCK, (Audience.HANDLER,))
    message = Message(
        stage=STAGE,
        audience=(Audience.HANDLER,),
        content=_content(act, case, fresh_id),
        speak_at=QuietHours().next_allowed(act.now),
        following=None,
    )
    for person in told:
        put(act, clock, message, person, Audience.HANDLER)
    announce(act.db)


def _content(act: Act, case: AnyRow, fresh_id: UUID) -> dict[str, Any]:
    fresh = act.db.execute(select(cases).where(cases.c.id == fresh_id)).one()
    division = act.law.divisions.get(fresh.division_code)
    name = division.name if division else fresh.division_code
    subject = Subject(fresh.id, fresh.number, fresh.categories, name, act.law.sample)
    return {**relapsed(subject, before=case.number, round_=fresh.round), "hourly": False}
