"""The county that is fuzzed, and the values in it that a request can name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import Column, select, update

from models.db.engines import open_engine
from models.domain.acceptance.materials import MaterialKind
from models.domain.complaints import ContactOutcome
from models.domain.drafts import Place
from models.domain.outgoing.channels import ChannelKind
from models.domain.sites import SiteDraft
from models.domain.states import Action
from models.files.store import FolderStore, file_key
from models.operations.channels import channels as channel_keeping
from models.operations.channels import contacts
from models.operations.channels.channels import ChannelDraft, Reached
from models.operations.channels.contacts import Wanted
from models.operations.registry import enterprises as registry
from models.operations.registry import sites as site_registry
from models.tables.cases import cases, points
from models.tables.channels import channels
from models.tables.complaints import complaints, phrases
from models.tables.deadlines import deadlines, rules
from models.tables.enterprises import enterprises, sites
from models.tables.ledgers import items, ledgers, tasks
from models.tables.materials import materials, stations
from models.tables.notices import notices
from models.tables.people import accounts, divisions, grants, officers, units
from models.tables.periods import corrections, periods
from models.tables.publications import objections, publications
from models.vault import Vault
from tests import factories
from tests.factories import COUNTY, HOUSING, KEYS, NOW, TOWN, TOWN_HALL, World
from tests.operations.law.story import Story
from tests.operations.ledgers.stories import ledger, listed, plan, rectifying, self_checked, step
from tests.operations.materials.stories import complete, put, station
from tests.operations.periods.stories import corrected, filled, frozen, opened
from tests.operations.publishing import item_stories
from tests.operations.publishing.stories import drafted, objected, published
from tests.operations.reminders.stories import assigned_case, complained_case, scan, spot_case

PAPER: Final = b"%PDF-1.7\n%%EOF\n"
"""The file of every material; ``keep_files`` puts it into a store."""

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
    "item_id": items.c.case_id,
    "ledger_id": ledgers.c.id,
    "no": tasks.c.no,
    "material_id": materials.c.id,
    "station_id": stations.c.id,
    "period_id": periods.c.id,
    "correction_id": corrections.c.id,
    "channel_id": channels.c.id,
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
    rectified(world)
    reached(world)
    scan(world, NOW)
    return world


def rectified(world: World) -> None:
    """Items from entered to accepted, with their files, one month frozen with a correction and one open."""
    for round_ in range(ROUNDS):
        book = ledger(world, title=f"样例清单{round_}（虚构）")
        listed(world, ledger_id=book, problem_no=f"样例-{round_}1")
        submitted = listed(world, ledger_id=book, problem_no=f"样例-{round_}2")
        step(world, submitted, "liaison", Action.SUBMIT_PLAN, **plan(world))
        running = rectifying(world, ledger_id=book, problem_no=f"样例-{round_}3")
        station(world, running)
        put(world, running, "liaison", MaterialKind.PROCESS)
        applying = self_checked(world, ledger_id=book, problem_no=f"样例-{round_}4", now=NOW)
        complete(world, applying)
        accepted = item_stories.verified(world, ledger_id=book, problem_no=f"样例-{round_}5")
        item_stories.drafted(world, accepted)
    month = opened(world)
    filled(world, month, running, "office")
    frozen(world, month, now=NOW, reason="市局要求提前")
    corrected(world, month, running, "percent", 45)
    opened(world, "2026-12", opens_at=NOW, cut_off_at=NOW + timedelta(days=9))
    with world.engine.begin() as db:
        db.execute(update(materials).values(sha256=sha256(PAPER).digest(), size=len(PAPER)))


def reached(world: World) -> None:
    """A channel, by which some are reached."""
    draft = ChannelDraft(ChannelKind.CONSOLE, "值班台", COUNTY, {})
    with world.act("admin") as act:
        made = channel_keeping.create_once(act, draft, Reached(None, ()), {}, None)
    for name in ("office", "liaison", "admin"):
        with world.act(name) as act:
            contacts.set_mine(act, [Wanted(made, None)])


def keep_files(store: FolderStore) -> None:
    """What the rows name is there."""
    store.put(file_key(sha256(PAPER).digest()), PAPER)


def known_values(world: World) -> dict[str, Sequence[str]]:
    """By the name that a path or an input gives it: some values that exist."""
    inspector = str(world.account("inspector"))
    with world.engine.connect() as db:
        found: dict[str, Sequence[str]] = {
            name: [str(value) for value in db.execute(select(column).distinct().limit(MOST)).scalars()]
            for name, column in COLUMNS.items()
        }
    named = [str(world.account(name)) for name in ("verifier", "verifier2")]
    both = [*found["case_id"][: MOST // 2], *found["item_id"]]
    units = [str(world.unit(name)) for name in (TOWN_HALL, HOUSING)]
    return found | {"case_id": both, "inspector": [inspector], "verifiers": named, "parts": units}
