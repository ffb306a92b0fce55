"""Playing the story: each event is the real operation, by its person, at its time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from models.domain.access import Actor
from models.domain.states import Action
from models.operations import journal
from models.operations.act import Act
from models.operations.casework import complaints, contacting
from models.operations.casework.stepping import Step
from models.operations.handling import advancing
from models.operations.once import Key
from models.operations.sample import publishing, story
from models.operations.sample.story import Event, Story
from models.tables.cases import cases, points
from models.tables.complaints import complaints as complaint_table


@dataclass(slots=True)
class Stage:
    """What the events share: ``act_of`` makes an act of a person at a time."""

    story: Story
    actors: Mapping[str, Actor]
    site_ids: Mapping[str, UUID]
    act_of: Callable[[Actor, datetime], Act]
    case_ids: dict[str, UUID] = field(default_factory=dict)

    def act(self, login: str, now: datetime) -> Act:
        return self.act_of(self.actors[login], now)


def play(stage: Stage, event: Event) -> None:
    """Do what the event says, as its person at its time, sealed into the journal."""
    act = stage.act(event.by, event.at)
    if event.do == "register":
        _register(stage, act, event.row)
    elif event.do == "contact":
        _contact(stage, act, event)
    elif event.do == "publish":
        publishing.draft(act, stage.case_ids[event.row], event.inputs)
    elif event.do == "approve_publication":
        publishing.approve(act, stage.case_ids[event.row])
    else:
        _step(stage, act, event)
    journal.seal(act)


def _register(stage: Stage, act: Act, row: str) -> None:
    site = stage.site_ids.get(stage.story.rows[row]["enterprise_key"])
    draft = story.draft(stage.story, row, act.new_id(), site)
    complaints.register(act, draft, {"row": row}, Key(str(draft.case.id), keep="id"))
    stage.case_ids[row] = draft.case.id


def _contact(stage: Stage, act: Act, event: Event) -> None:
    case_id = stage.case_ids[event.row]
    wanted = select(complaint_table.c.id).where(complaint_table.c.case_id == case_id)
    complaint_id = act.db.execute(wanted).scalar_one()
    contacting.log_contact(act, complaint_id, dict(event.inputs), version=version_of(act, case_id))


def _step(stage: Stage, act: Act, event: Event) -> None:
    case_id = stage.case_ids[event.row]
    step = Step(Action(event.do), _inputs(stage, act, event, case_id))
    advancing.advance(act, case_id, step, dict(step.inputs), version=version_of(act, case_id))


def _inputs(stage: Stage, act: Act, event: Event, case_id: UUID) -> dict[str, Any]:
    """The inputs as a client sends them: people by account, points by id."""
    inputs = dict(event.inputs)
    if event.do == Action.ASSIGN:
        ids = {login: str(stage.actors[login].account_id) for login in inputs["handlers"]}
        inputs |= {"handlers": list(ids.values()), "lead": ids[inputs["lead"]]}
    if event.do == Action.PROPOSE:
        mine = select(points.c.id).where(points.c.case_id == case_id).order_by(points.c.no)
        inputs["findings"] = story.findings(
            stage.story, event.row, [UUID(str(one)) for one in act.db.execute(mine).scalars()]
        )
    return inputs


def version_of(act: Act, case_id: UUID) -> int:
    """The version the case has now."""
    return int(act.db.execute(select(cases.c.version).where(cases.c.id == case_id)).scalar_one())
