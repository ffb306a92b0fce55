"""A concluded case, and what becomes of its publication."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from models.domain.access import Role
from models.domain.states import Action
from models.operations.people import accounts
from models.operations.people.accounts import GrantDraft
from models.operations.publishing import deciding, drafting, objecting
from models.operations.publishing.drafting import Draft
from models.operations.publishing.objecting import Objection, Received
from models.tables.base import AnyRow
from models.tables.publications import objections, publications
from tests.factories import COUNTY, NOW, World
from tests.operations.law.story import Story

TODAY = date(2026, 11, 23)
"""A Monday, the day of ``NOW``."""

WORDS = "反映的烟尘问题经核查部分属实，已责令改正，现已整改到位。"
CONTACT = "13800000977"
NAME = "周样丁"
SAID = "公开内容与现场不符，夜间仍在冒烟。"
SENT = Objection(SAID, CONTACT, NAME)


def concluded(world: World, **case: Any) -> UUID:
    """A complaint that was investigated by the inspector and approved by the supervisor."""
    story = Story(world).register(case=case).accept().assign().propose()
    return story.step("supervisor", Action.APPROVE, note="同意").case_id


def words_of(case_id: UUID, **changed: Any) -> Draft:
    """A draft that runs for ten days from today."""
    values: dict[str, Any] = {
        "case_id": case_id,
        "title": "砖厂烟尘问题办理情况",
        "text": WORDS,
        "first_day": TODAY,
        "last_day": TODAY + timedelta(days=9),
    }
    return Draft(**(values | changed))


def drafted(world: World, case_id: UUID | None = None, who: str = "clerk", **changed: Any) -> UUID:
    """A draft by the clerk."""
    case_id = case_id or concluded(world)
    with world.act(who) as act:
        return drafting.draft(act, words_of(case_id, **changed), None)


def published(world: World, *, now: datetime = NOW, **changed: Any) -> UUID:
    """A publication that the supervisor approved."""
    made = drafted(world, **changed)
    with world.act("supervisor", now=now) as act:
        deciding.approve(act, made, version=1)
    return made


def objected(world: World, publication_id: UUID, *, now: datetime = NOW, sent: Objection = SENT) -> Received:
    """An objection of the public on a plain form."""
    with world.act(now=now) as act:
        return objecting.receive(act, publication_id, sent, None, mark=None)


def objection_on(world: World, publication_id: UUID) -> AnyRow:
    """The one objection to it."""
    with world.engine.connect() as db:
        return db.execute(select(objections).where(objections.c.publication_id == publication_id)).one()


def row_of(world: World, publication_id: UUID) -> AnyRow:
    with world.engine.connect() as db:
        return db.execute(select(publications).where(publications.c.id == publication_id)).one()


def grant(world: World, who: str, role: Role, **more: Any) -> None:
    """A further post in the county from now on."""
    person = world.account(who)
    with world.act() as act:
        accounts.give(act, GrantDraft(person, role, COUNTY, **more))
