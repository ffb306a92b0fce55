"""The clocks of publications: they run on the case, about the objection or the publication they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select

from models.domain.publications import OBJECTION_REPLY, PUBLICATION_RETRACT, UNRULED
from models.domain.timing.calendar import SHANGHAI
from models.domain.timing.clocks import reckon
from models.operations import deadlines
from models.operations.act import Act
from models.tables.base import AnyRow
from models.tables.cases import cases
from models.tables.deadlines import deadlines as T

RECT_APPROVE: Final = "RECT_APPROVE"
EVENING: Final = time(23)
SHIPPED: Final = "系统默认期限（本地还没有规则）"


@dataclass(frozen=True, slots=True)
class Words:
    """What a clock without a rule is called, and how grave it is to miss it."""

    title: str
    event: str
    severity: int


WORDS: Final[dict[str, Words]] = {
    OBJECTION_REPLY: Words("公示异议答复期限", "收到异议", 3),
    PUBLICATION_RETRACT: Words("公示撤回期限", "决定撤回", 3),
}


def locked(act: Act, case_id: UUID) -> AnyRow:
    """The case of a publication, locked for whoever comes: the public has no sight of cases, only of publications."""
    return act.db.execute(select(cases).where(cases.c.id == case_id).with_for_update()).one()


def begin(act: Act, case: AnyRow, rule_id: str, subject_id: UUID) -> date:
    """
    Start a clock now, by the rule of the division, else by what is shipped; gives its last day.

    The case is locked; its nearest end follows.
    """
    settled = deadlines.start(act, case, rule_id, act.now, limits=None, subject_id=subject_id)
    if settled is None:
        last, words = reckon(UNRULED[rule_id], act.now, act.law.calendar).due_on, WORDS[rule_id]
        settled = deadlines.start_dated(
            act,
            case,
            rule_id,
            last,
            title=words.title,
            event=words.event,
            basis=SHIPPED,
            severity=words.severity,
            subject_id=subject_id,
        )
    deadlines.refresh(act, case.id)
    return settled.reckoning.due_on


def publicity_over(act: Act, case_id: UUID, last_day: date) -> datetime:
    """
    The evening of the last day of a publicity: the approval of an item counts from the day after it.

    A second later for each such clock the case had before: two that begin at one instant would be one.
    """
    before = select(func.count()).where(T.c.case_id == case_id, T.c.rule_id == RECT_APPROVE)
    evening = datetime.combine(last_day, EVENING, SHANGHAI)
    return evening + timedelta(seconds=act.db.execute(before).scalar_one())


def restart_approval(act: Act, case: AnyRow, last_day: date) -> None:
    """Another publicity took the place of the one the approval was counted from: it counts from the new end."""
    deadlines.stop(act, deadlines.running(act, case.id), (RECT_APPROVE,), cancelled=True)
    deadlines.start(act, case, RECT_APPROVE, publicity_over(act, case.id, last_day), limits=None)
    deadlines.refresh(act, case.id)


def end(act: Act, case_id: UUID, subject_id: UUID) -> None:
    """Stop the clocks about an objection or a publication; the case is locked, its nearest end follows."""
    deadlines.stop_of(act, subject_id)
    deadlines.refresh(act, case_id)
