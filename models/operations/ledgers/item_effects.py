"""What each step of a rectification item does beyond the state and the clocks: one small function per action."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, insert, update

from models.domain.rectification.words import Part, Progress
from models.domain.states import Action
from models.domain.timing.calendar import legal_day
from models.operations import deadlines
from models.operations.casework import item_past
from models.operations.casework.stepping import Work
from models.operations.ledgers import item_checks, item_clocks, relapsing, rounds
from models.tables.cases import case_units
from models.tables.ledgers import items as T
from models.tables.ledgers import tasks

_NOT_DONE: Final = 99
"""The most that is done of what was found not to be; the next monthly report says how much."""

Effect = Callable[[Work], None]


def check(work: Work) -> None:
    """
    What the shape of the inputs cannot say; also reads the item.

    Raises:
        Invalid
    """
    work.item = item_past.item_of(work.act, work.case.id)
    item_checks.check(work)


def apply(work: Work) -> dict[str, Any]:
    """Do it; the case row itself changes with no step of an item."""
    effect = EFFECTS.get(work.step.action)
    if effect is not None:
        effect(work)
    return {}


def _submit_plan(work: Work) -> None:
    """The plan replaces what the ledger said, and any plan that came back."""
    inputs, act = work.step.inputs, work.act
    _item(
        work,
        goal=inputs["goal"],
        measures=inputs["measures"],
        stage=inputs["stage"],
        due_on=date.fromisoformat(inputs["due_on"]),
        responsible_person=inputs["responsible_person"],
        contact_leader=inputs.get("contact_leader"),
        checklist=[{"text": text, "met": None, "note": None} for text in inputs["checklist"]],
    )
    act.db.execute(delete(tasks).where(tasks.c.case_id == work.case.id))
    rows = [
        {
            "id": act.new_id(),
            "case_id": work.case.id,
            "no": no,
            "text": one["text"],
            "unit_id": UUID(one["unit_id"]),
            "person": one.get("person"),
            "due_on": date.fromisoformat(one["due_on"]),
        }
        for no, one in enumerate(inputs["tasks"], start=1)
    ]
    act.db.execute(insert(tasks), rows)


def _confirm_plan(work: Work) -> None:
    assert work.item is not None
    due_on = work.item.due_on
    _item(work, first_due_on=work.item.first_due_on or due_on, progress=_word(work, due_on))


def _designate(work: Work) -> None:
    units = case_units.c
    act, case_id = work.act, work.case.id
    act.db.execute(delete(case_units).where(units.case_id == case_id, units.part == Part.VERIFIER.value))
    act.db.execute(
        insert(case_units).values(
            case_id=case_id,
            unit_id=UUID(work.step.inputs["unit_id"]),
            part=Part.VERIFIER.value,
            since=act.now,
        )
    )


def _grant_extension(work: Work) -> None:
    asked = item_past.history_of(work.act, work.case.id).last(Action.REQUEST_EXTENSION)
    assert asked is not None
    until, clock = date.fromisoformat(asked.inputs["until"]), work.clock(item_clocks.DUE)
    _item(work, due_on=until, progress=Progress.ON_SCHEDULE)
    if clock is not None:
        deadlines.redate(work.act, clock, until, reason=asked.inputs["reason"])


def _self_check(work: Work) -> None:
    assert work.item is not None
    said = {one["no"]: one for one in work.step.inputs["checklist"]}
    checklist = [
        {"text": one["text"], "met": said[no]["met"], "note": said[no].get("note")}
        for no, one in enumerate(work.item.checklist, start=1)
        if no in said
    ]
    finished = date.fromisoformat(work.step.inputs["finished_on"])
    _item(work, finished_on=finished, checklist=checklist, progress=Progress.DONE, percent=100)


def _back_to_work(work: Work) -> None:
    """What was finished is not: it counts as behind once its end has passed."""
    assert work.item is not None
    word = _word(work, work.item.due_on)
    _item(work, finished_on=None, progress=word, percent=min(work.item.percent, _NOT_DONE))


def _word(work: Work, due_on: date | None) -> Progress:
    """How an item at work stands by its end alone."""
    late = due_on is not None and legal_day(work.act.now) > due_on
    return Progress.BEHIND if late else Progress.ON_SCHEDULE


def _write_off(work: Work) -> None:
    _item(work, written_off_on=legal_day(work.act.now), progress=Progress.WRITTEN_OFF)


def _relapse(work: Work) -> None:
    assert work.item is not None
    fresh = rounds.follow(work.act, work.case, work.item)
    relapsing.tell_office(work.act, work.case, fresh)


def _item(work: Work, **values: Any) -> None:
    work.act.db.execute(update(T).where(T.c.case_id == work.case.id).values(**values))


EFFECTS: Final[dict[Action, Effect]] = {
    Action.SUBMIT_PLAN: _submit_plan,
    Action.CONFIRM_PLAN: _confirm_plan,
    Action.DESIGNATE: _designate,
    Action.GRANT_EXTENSION: _grant_extension,
    Action.SELF_CHECK: _self_check,
    Action.REOPEN: _back_to_work,
    Action.FAIL_SITE: _back_to_work,
    Action.UPHOLD_OBJECTION: _back_to_work,
    Action.REFUSE_WRITE_OFF: _back_to_work,
    Action.WRITE_OFF: _write_off,
    Action.RELAPSE: _relapse,
}
