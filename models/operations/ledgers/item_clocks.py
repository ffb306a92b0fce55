"""The clocks of an item that do not simply run from now: ends set by the plan, starts that lie elsewhere."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import partial
from typing import Final

from sqlalchemy import select

from models.domain.rectification.words import DATED_TITLES
from models.domain.timing.calendar import SHANGHAI
from models.operations import deadlines
from models.operations.casework.stepping import Work
from models.operations.publishing import standing, terms
from models.tables.ledgers import items, tasks

DUE: Final = "RECT_DUE"
TASK: Final = "RECT_TASK"

_EVENT: Final = "确认整改方案"
_BASIS: Final = "经确认的整改方案"
_SEVERITY: Final = 3


def start(work: Work, rule_id: str) -> None:
    """Start the clock of a rule, from where it counts."""
    act, case = work.act, work.case
    if rule_id == DUE:
        _planned(work)
        return
    at = act.now
    if rule_id == "RECT_APPROVE":
        at = _end_of_publicity(work)
    elif rule_id == "LOOK_BACK_SECOND":
        at = _written_off(work)
    deadlines.start(act, case, rule_id, at, limits=None)


def _planned(work: Work) -> None:
    """The item's own end and that of each task."""
    act, case = work.act, work.case
    due_on = act.db.execute(select(items.c.due_on).where(items.c.case_id == case.id)).scalar_one()
    begin = partial(deadlines.start_dated, act, case, event=_EVENT, basis=_BASIS, severity=_SEVERITY)
    begin(DUE, due_on, title=DATED_TITLES[DUE])
    for task in act.db.execute(select(tasks).where(tasks.c.case_id == case.id, tasks.c.done_on.is_(None))):
        title = f"{DATED_TITLES[TASK]}（任务{task.no}）"
        begin(TASK, task.due_on, title=title, subject_id=task.id)


def _end_of_publicity(work: Work) -> datetime:
    last_day = standing.standing(work.act, work.case.id, None).last_day
    return work.act.now if last_day is None else terms.publicity_over(work.act, work.case.id, last_day)


def _written_off(work: Work) -> datetime:
    item = work.item
    assert item is not None
    return datetime.combine(item.written_off_on, time(), SHANGHAI) + timedelta(hours=12)
