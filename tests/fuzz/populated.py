"""The county that is fuzzed, and the values in it that a request can name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Column, select

from models.db.engines import open_engine
from models.domain.complaints import ContactOutcome
from models.domain.drafts import Place
from models.domain.sites import SiteDraft
from models.operations.registry import enterprises as registry
from models.operations.registry import sites as site_registry
from models.tables.cases import cases, points
from models.tables.complaints import complaints, phrases
from models.tables.deadlines import deadlines, rules
from models.tables.enterprises import enterprises, sites
from models.tables.notices import notices
from models.tables.people import accounts, divisions, grants, officers, units
from models.tables.publications import objections, publications
from models.vault import Vault
from tests import factories
from tests.factories import KEYS, NOW, TOWN, World
from tests.operations.law.story import Story
from tests.operations.publishing.stories import drafted, objected, published
from tests.operations.reminders.stories import assigned_case, complained_case, scan, spot_case

ROUNDS: Final = 3
MOST: Final = 12
COLUMNS: Final[Mapping[str, Column[Any]]] = {
    "case_id": cases.c.id,
    "complaint_id": complaints.c.id,
    "point_id": points.c.id,
    "deadline_id": deadlines.c.id,
    "notice_id": notices.c.id,
    "account_id": accounts.c.id,
    "grant_id": grants.c.id,
    "unit_id": units.c.id,
    "officer_id": officers.c.id,
    "enterprise_id": enterprises.c.id,
    "site_id": sites.c.id,
    "phrase_id": phrases.c.id,
    "publication_id": publications.c.id,
    "objection_id": objections.c.id,
    "division": divisions.c.code,
    "rule_id": rules.c.rule_id,
}


def populated(url: str) -> World:
    """Cases in several states, with complaints, contacts, clocks and what people were told of them."""
    engine = open_engine(url)
    factories.people_it(engine)
    world = World(url, engine, Vault(KEYS))
    before = NOW - timedelta(days=45)
    for _ in range(ROUNDS):
        spot_case(world)
        complained_case(world)
        assigned_case(world, now=before)
        story = Story(world).register(now=before).accept(now=before).assign(now=before)
        story.contact(now=before, outcome=ContactOutcome.NO_ANSWER).propose(now=before)
    with world.act("inspector") as act:
        owner = registry.add(act, name="样例建材有限公司", typed_code=None, content={})
        site_registry.add(act, SiteDraft(owner, "一号窑", Place(TOWN, "青萍村1组")), content={})
    for _ in range(ROUNDS):
        drafted(world)
        objected(world, published(world))
    scan(world, NOW)
    return world


def known_values(world: World) -> dict[str, Sequence[str]]:
    """By the name that a path or an input gives it: some values that exist."""
    inspector = str(world.account("inspector"))
    with world.engine.connect() as db:
        found: dict[str, Sequence[str]] = {
            name: [str(value) for value in db.execute(select(column).distinct().limit(MOST)).scalars()]
            for name, column in COLUMNS.items()
        }
    return found | {"inspector": [inspector]}
