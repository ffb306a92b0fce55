"""
Building the sample instance: the real operations are run with a moving clock, so numbers, clocks and journal are true.

Everything happens in the caller's one transaction: a first run that is killed leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, select

from models.domain.access import SYSTEM, Actor
from models.domain.drafts import Place
from models.domain.geo import Datum
from models.domain.law import Law
from models.domain.lifecycle import Action
from models.domain.sites import SiteDraft, SiteStatus
from models.domain.timing.calendar import SHANGHAI
from models.operations import cases, complaints, contacting, founding, journal
from models.operations.act import Act
from models.operations.law import reference
from models.operations.once import Key
from models.operations.registry import enterprises, sites
from models.operations.sample import people, story
from models.operations.sample.story import Event, Story
from models.operations.stepping import Step
from models.tables.cases import cases as case_table
from models.tables.cases import points
from models.tables.complaints import complaints as complaint_table
from models.vault import Vault

FOUNDED_AT: Final = datetime(2026, 1, 5, 9, tzinfo=SHANGHAI)
"""When the sample county began to work with the system: before its first complaint."""

OWNER: Final = "E001"
"""Whose file the sample account ``enterprise`` sees."""


@dataclass(frozen=True, slots=True)
class Built:
    """What was made, and which rows were left out because the clock of this machine stands before them."""

    cases: int
    left_out: tuple[str, ...]


@dataclass(slots=True)
class _Stage:
    """What the events share while they are played."""

    db: Connection
    vault: Vault
    law: Law
    story: Story
    actors: Mapping[str, Actor]
    site_ids: Mapping[str, UUID]
    case_ids: dict[str, UUID] = field(default_factory=dict)

    def act(self, login: str, now: datetime) -> Act:
        return Act(self.db, self.actors[login], now, self.law, self.vault)


def build(db: Connection, vault: Vault, hashes: Mapping[str, str], *, until: datetime) -> Built:
    """
    Found a sample instance with its people, enterprises and complaints, as far as ``until`` (the real now).

    ``hashes``: the password hash of each login of ``people.PEOPLE``.
    """
    began_at = min(FOUNDED_AT, until)
    founding.found(db, vault, began_at, kind="sample")
    act = Act(db, SYSTEM, began_at, reference.load(db), vault)
    owners = _enterprises(act)
    actors = people.settle(act, hashes, enterprise_id=owners[OWNER])
    journal.seal(act)
    clerk = Act(db, actors["clerk"], began_at, act.law, vault)
    site_ids = _sites(clerk, owners)
    journal.seal(clerk)
    stage = _Stage(db, vault, act.law, story.read(), actors, site_ids)
    for event in stage.story.events:
        if event.at <= until:
            _play(stage, event)
    late = {event.row for event in stage.story.events if event.at > until}
    return Built(len(stage.case_ids), tuple(sorted(late)))


def _play(stage: _Stage, event: Event) -> None:
    act = stage.act(event.by, event.at)
    if event.do == "register":
        _register(stage, act, event.row)
    elif event.do == "contact":
        _contact(stage, act, event)
    else:
        _step(stage, act, event)
    journal.seal(act)


def _register(stage: _Stage, act: Act, row: str) -> None:
    site = stage.site_ids.get(stage.story.rows[row]["enterprise_key"])
    draft = story.draft(stage.story, row, act.new_id(), site)
    complaints.register(act, draft, {"row": row}, Key(str(draft.case.id), keep="id"))
    stage.case_ids[row] = draft.case.id


def _contact(stage: _Stage, act: Act, event: Event) -> None:
    case_id = stage.case_ids[event.row]
    wanted = select(complaint_table.c.id).where(complaint_table.c.case_id == case_id)
    complaint_id = act.db.execute(wanted).scalar_one()
    contacting.log_contact(act, complaint_id, dict(event.inputs), version=_version(act, case_id))


def _step(stage: _Stage, act: Act, event: Event) -> None:
    case_id = stage.case_ids[event.row]
    step = Step(Action(event.do), _inputs(stage, act, event, case_id))
    cases.advance(act, case_id, step, dict(step.inputs), version=_version(act, case_id))


def _inputs(stage: _Stage, act: Act, event: Event, case_id: UUID) -> dict[str, Any]:
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


def _version(act: Act, case_id: UUID) -> int:
    return int(act.db.execute(select(case_table.c.version).where(case_table.c.id == case_id)).scalar_one())


def _enterprises(act: Act) -> dict[str, UUID]:
    """The enterprises the complaints name; ids by the key of the row."""
    return {
        key: enterprises.add(act, name=line["name"], typed_code=line["uscc"], content={"row": key})
        for key, line in story.table("enterprises.csv").items()
    }


def _sites(act: Act, owners: Mapping[str, UUID]) -> dict[str, UUID]:
    """The one site of each enterprise."""
    return {
        key: sites.add(act, _site(line, owners[key]), content={"row": key})
        for key, line in story.table("enterprises.csv").items()
    }


def _site(line: Mapping[str, str], enterprise_id: UUID) -> SiteDraft:
    return SiteDraft(
        enterprise_id=enterprise_id,
        name=line["name"],
        place=Place(
            line["division_code"],
            line["address"],
            float(line["lon"]),
            float(line["lat"]),
            Datum(line["datum"]),
        ),
        status=SiteStatus(line["status"]),
        industry_code=line["gb4754"],
        permit_number=line["permit_number"] or None,
    )
