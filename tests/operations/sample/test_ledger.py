"""The sample ledger 示例清单（虚构）: played by the real operations, no file made up."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from pydantic import TypeAdapter
from sqlalchemy import Engine, func, select

from api.schemas.steps import CaseStep
from models.domain.rectification.words import Level, Part, Progress
from models.domain.states import Kind, State
from models.domain.timing.calendar import legal_day
from models.operations.ledgers import listing, published
from models.operations.sample import ledger_story, people
from models.operations.sample.building import FOUNDED_AT
from models.tables.cases import case_units, cases, steps
from models.tables.deadlines import deadlines, extensions
from models.tables.ledgers import items, ledgers, tasks
from models.tables.materials import materials
from models.tables.people import units
from tests.factories import World
from tests.operations.sample.made import AFTER, VAULT, by_title

NOT_CLIENT = {"list", "task"}
"""What the office and the units do outside the steps of a case."""


def of_rows(sample: Engine) -> dict[str, tuple[UUID, State]]:
    told = ledger_story.read()
    with sample.connect() as db:
        found = by_title(db, Kind.RECTIFICATION)
    return {row: found[line["title"]] for row, line in told.rows.items()}


def test_every_row_stands_where_the_table_says(sample: Engine) -> None:
    """All 15 items are in the one ledger of our own, numbered as in the data, in the state of the mapping."""
    told = ledger_story.read()
    assert {row: state for row, (_, state) in of_rows(sample).items()} == {
        row: told.state(row) for row in told.rows
    }
    with sample.connect() as db:
        ours = db.execute(select(ledgers).where(~ledgers.c.read_only)).one()
        rows = {row.problem_no: row for row in db.execute(select(items)).all()}
    assert "虚构" in ours.title
    assert sorted(rows) == [f"样例-{n:02d}" for n in range(1, 16)]
    for row, line in told.rows.items():
        item = rows[ledger_story.problem_no(row)]
        assert (item.ledger_id, item.round) == (ours.id, 1)
        assert item.first_due_on.isoformat() == line["due_on"]
        assert item.listed_on == datetime.fromisoformat(line["received_at"]).date()


def test_numbers_are_drawn_in_order_of_entry(sample: Engine) -> None:
    """Items are numbered 北整改〔2026〕1号 on without a gap, in the order in which the office entered them."""
    with sample.connect() as db:
        entered = db.execute(
            select(cases.c.number).where(cases.c.kind == Kind.RECTIFICATION).order_by(cases.c.created_at)
        )
        assert list(entered.scalars()) == [f"北整改〔2026〕{n}号" for n in range(1, 16)]


def test_older_rows_are_entered_when_the_county_begins(sample: Engine) -> None:
    """What was listed before the sample county began is entered that day, and counts from its own day."""
    with sample.connect() as db:
        rows = db.execute(
            select(cases.c.created_at, items.c.listed_on).join(items, items.c.case_id == cases.c.id)
        ).all()
    began = legal_day(FOUNDED_AT)
    old = [row for row in rows if row.listed_on < began]
    assert len(old) == 5
    assert {legal_day(row.created_at) for row in old} == {began}
    assert all(row.created_at <= AFTER and legal_day(row.created_at) >= row.listed_on for row in rows)


def test_levels_come_from_where_the_row_came_from(sample: Engine) -> None:
    """自查 and 监控预警 end in the county, 市级交办 in the city, what an inspectorate found in the province."""
    with sample.connect() as db:
        levels = {row.problem_no: row.level for row in db.execute(select(items.c.problem_no, items.c.level))}
    assert {no for no, level in levels.items() if level is Level.COUNTY} == {"样例-01", "样例-03"}
    assert {no for no, level in levels.items() if level is Level.CITY} == {"样例-06", "样例-07"}
    assert set(levels.values()) == {Level.COUNTY, Level.CITY, Level.PROVINCE}


def test_no_file_is_made_up(sample: Engine) -> None:
    """The sample holds no paper, photo or scan, and no item is past what can be done without them."""
    with sample.connect() as db:
        assert db.execute(select(func.count()).select_from(materials)).scalar_one() == 0
        progress = set(db.execute(select(items.c.progress)).scalars())
        relapsed = db.execute(select(func.count()).where(items.c.follows_id.is_not(None))).scalar_one()
    assert {state for _, state in of_rows(sample).values()} == {
        State.LISTED,
        State.RECTIFYING,
        State.EXTENSION_REVIEW,
        State.SELF_CHECKED,
    }
    assert (Progress.WRITTEN_OFF in progress, relapsed) == (False, 0)


def test_clocks_and_tasks_follow_the_story(sample: Engine) -> None:
    """R03 has one task done of three; R04 waits for its extension while its own clock runs; R06 must apply."""
    ids = {row: case_id for row, (case_id, _) in of_rows(sample).items()}
    with sample.connect() as db:
        done = {
            (row.no, row.done_on is not None)
            for row in db.execute(select(tasks).where(tasks.c.case_id == ids["R03"]))
        }
        clocks = {
            (row.case_id, row.rule_id): row.state
            for row in db.execute(select(deadlines).where(deadlines.c.rule_id != "RECT_TASK"))
        }
        granted = set(db.execute(select(deadlines.c.rule_id).join(extensions)).scalars())
    assert done == {(1, True), (2, False), (3, False)}
    assert clocks[ids["R04"], "RECT_DUE"] == clocks[ids["R04"], "RECT_EXTEND"] == "running"
    assert (clocks[ids["R06"], "RECT_DUE"], clocks[ids["R06"], "RECT_APPLY"]) == ("met", "running")
    assert "RECT_DUE" not in granted


def test_units_of_the_items_are_plainly_samples(sample: Engine) -> None:
    """Every unit with a part in an item says that it is a sample; no verifier is a responsible unit."""
    with sample.connect() as db:
        rows = db.execute(
            select(case_units.c.case_id, case_units.c.part, units.c.name)
            .join(units, units.c.id == case_units.c.unit_id)
            .join(items, items.c.case_id == case_units.c.case_id)
        ).all()
        texts = list(
            db.execute(select(cases.c.working_text).join(items, items.c.case_id == cases.c.id)).scalars()
        )
    assert all(row.name.endswith("（样例）") for row in rows)
    assert all("样例说明（虚构）" in text for text in texts)
    parts = {(row.case_id, row.part, row.name) for row in rows}
    assert not [
        one for one in parts if one[1] == Part.VERIFIER and (one[0], Part.RESPONSIBLE, one[2]) in parts
    ]


def test_published_batches_stand_beside_it(sample: Engine) -> None:
    """The six published batches are there as read-only ledgers without items."""
    with sample.connect() as db:
        held = set(db.execute(select(items.c.ledger_id)).scalars())
        rows = db.execute(select(ledgers).where(ledgers.c.read_only)).all()
    assert {row.title for row in rows} == {draft.title for draft in published.shipped()}
    assert not held & {row.id for row in rows}


def test_each_liaison_sees_the_items_of_its_own_unit(sample: Engine) -> None:
    """``liaison`` sees those of 陈家桥镇, ``liaison2`` those of 田江街道, the office all of them."""
    world = World(str(sample.url), sample, VAULT)
    seen = {}
    for login in ("liaison", "liaison2", "office"):
        with world.act(login, now=AFTER) as act:
            (ledger_id,) = act.db.execute(select(ledgers.c.id).where(~ledgers.c.read_only)).scalars()
            page = listing.page(act, ledger_id, after=None, limit=50)
            seen[login] = {one.row.problem_no[3:] for one in page}
    assert seen["liaison"] == {"01", "07", "09"}
    assert seen["liaison2"] == {"03", "04", "06", "10", "15"}
    assert len(seen["office"]) == 15


def test_only_sample_people_act(sample: Engine) -> None:
    """Each step of an item was taken by the person the story names; nobody judged what he applied for."""
    told = ledger_story.read()
    logins = {one.login for one in people.PEOPLE}
    assert {event.by for event in told.events} <= logins
    with sample.connect() as db:
        taken = db.execute(
            select(steps.c.case_id, steps.c.action, steps.c.by).join(
                items, items.c.case_id == steps.c.case_id
            )
        ).all()
    planned = {(row.case_id, row.by) for row in taken if row.action == "submit_plan"}
    assert not planned & {(row.case_id, row.by) for row in taken if row.action == "confirm_plan"}


def test_steps_are_as_clients_send_them() -> None:
    """The inputs of every step of the ledger's story pass the API's own schema."""
    schema: TypeAdapter[CaseStep] = TypeAdapter(CaseStep)
    told = ledger_story.read()
    ids = {name: uuid4() for name, *_ in people.UNITS}
    for event in told.events:
        if event.do not in NOT_CLIENT:
            inputs = ledger_story.inputs(told, event, ids)
            step = schema.validate_python({"action": event.do, **inputs})
            assert step.model_dump(exclude={"action"}).keys() >= inputs.keys()
