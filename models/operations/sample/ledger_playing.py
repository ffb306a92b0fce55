"""Playing the story of the ledger: each event is the real operation, by its person, at its time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from models.domain.states import Action
from models.operations import journal
from models.operations.act import Act
from models.operations.casework.stepping import Step
from models.operations.handling import advancing
from models.operations.ledgers import items, ledgers, tasking
from models.operations.sample import ledger_story
from models.operations.sample.ledger_story import LEDGER, LedgerStory
from models.operations.sample.playing import Stage, version_of
from models.operations.sample.story import Event

OFFICE = "office"
"""Whose ledger it is."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What the events of the ledger share beyond the stage: whose ``case_ids`` it adds to."""

    stage: Stage
    story: LedgerStory
    ledger_id: UUID
    unit_ids: Mapping[str, UUID]


def open_desk(stage: Stage, now: datetime) -> Desk:
    """Make the ledger, still empty."""
    act = stage.act(OFFICE, now)
    ledger_id = ledgers.make(act, LEDGER, None)
    journal.seal(act)
    unit_ids = {unit.name: unit_id for unit_id, unit in act.law.units.items()}
    return Desk(stage, ledger_story.read(), ledger_id, unit_ids)


def play(desk: Desk, event: Event) -> None:
    """Do what the event says, as its person at its time, sealed into the journal."""
    act = desk.stage.act(event.by, event.at)
    if event.do == Action.LIST:
        _enter(desk, act, event.row)
    elif event.do == "task":
        _report(desk, act, event)
    else:
        _step(desk, act, event)
    journal.seal(act)


def _enter(desk: Desk, act: Act, row: str) -> None:
    site_id = desk.stage.site_ids.get(desk.story.rows[row]["enterprise_key"])
    draft = ledger_story.draft(desk.story, row, act.new_id(), desk.ledger_id, site_id, desk.unit_ids)
    desk.stage.case_ids[row] = items.enter(act, draft, {"row": row})


def _report(desk: Desk, act: Act, event: Event) -> None:
    """A task reported done."""
    case_id, told = desk.stage.case_ids[event.row], event.inputs
    done_on = date.fromisoformat(told["done_on"])
    tasking.mark(
        act, case_id, told["no"], done_on=done_on, note=told["note"], version=version_of(act, case_id)
    )


def _step(desk: Desk, act: Act, event: Event) -> None:
    case_id = desk.stage.case_ids[event.row]
    step = Step(Action(event.do), ledger_story.inputs(desk.story, event, desk.unit_ids))
    advancing.advance(act, case_id, step, dict(step.inputs), version=version_of(act, case_id))
