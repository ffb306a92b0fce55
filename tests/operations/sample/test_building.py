"""The sample instance: real operations, a moving clock, true states, numbers, clocks and journal."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from pydantic import TypeAdapter
from sqlalchemy import Engine, func, select

from api.schemas.steps import CaseStep
from models.db.engines import open_reader
from models.domain.access import SYSTEM
from models.domain.publications import Showing
from models.domain.states import Kind
from models.operations.act import Act
from models.operations.chains import anchors, verifying
from models.operations.law import reference
from models.operations.publishing import shown
from models.operations.sample import people, story
from models.tables.cases import cases, points, steps
from models.tables.complaints import complaints, contacts
from models.tables.deadlines import deadlines, extensions, suspensions
from models.tables.people import accounts
from models.tables.publications import publications
from tests.operations.sample.made import AFTER, VAULT, built, by_title


def test_every_row_stands_where_the_table_says(sample: Engine) -> None:
    """All 25 complaints are there in the state of the mapping, numbered without a gap, received as in the data."""
    told = story.read()
    with sample.connect() as db:
        found = by_title(db, Kind.COMPLAINT)
        assert {row: found[line["title"]][1] for row, line in told.rows.items()} == {
            row: told.state(row) for row in told.rows
        }
        theirs = cases.c.kind == Kind.COMPLAINT
        numbers = set(db.execute(select(cases.c.number).where(theirs)).scalars())
        assert numbers == {f"北环举〔2026〕{n}号" for n in range(1, 26)}
        received = {
            row.title: row.received_at
            for row in db.execute(select(cases.c.title, cases.c.received_at).where(theirs))
        }
    for line in told.rows.values():
        assert received[line["title"]] == datetime.fromisoformat(line["received_at"])


def test_clocks_are_those_of_the_data(sample: Engine) -> None:
    """C19 ends on 2026-12-23 by its extension, C07 stands still for a ruling, C13 ends with its work order."""
    told = story.read()
    with sample.connect() as db:
        ids = {row: by_title(db, Kind.COMPLAINT)[line["title"]][0] for row, line in told.rows.items()}
        clocks = {
            row.case_id: row
            for row in db.execute(select(deadlines).where(deadlines.c.rule_id == "RPT_CLOSE")).all()
        }
        granted = db.execute(select(extensions)).one()
        stopped = db.execute(select(suspensions)).one()
        logged = db.execute(select(func.count()).select_from(contacts)).scalar_one()
    assert clocks[ids["C19"]].due_on.isoformat() == "2026-12-23"
    assert (granted.deadline_id, granted.length) == (clocks[ids["C19"]].id, 30)
    assert (clocks[ids["C07"]].state, stopped.reason) == ("suspended", "jurisdiction")
    assert clocks[ids["C13"]].due_on.isoformat() == "2026-11-25"
    assert logged == 2


def test_the_journal_of_the_sample_is_whole(sample: Engine, tmp_path: Path) -> None:
    """``verify`` finds nothing, steps compared with their journal rows, once the heads are signed."""
    log = anchors.path_in(tmp_path)
    looker = open_reader(f"sqlite:///{sample.url.database}") if sample.dialect.name == "sqlite" else sample
    with looker.connect() as db:
        anchors.sign_heads(db, VAULT, log, AFTER)
        report = verifying.verify(
            db, public_keys={VAULT.signing_kid: VAULT.public_key_raw}, heads_log=log, vault=VAULT
        )
    if looker is not sample:
        looker.dispose()
    assert verifying.render(report)[-1].endswith("审计链完好。")


def test_nobody_who_complained_is_in_the_open(sample: Engine) -> None:
    """No name and no phone of a reporter stands in any working text, title, point or step."""
    lines = story.table("complaints.csv").values()
    named = [line["reporter_alias"] for line in lines if line["reporter_alias"]]
    phones = [line["reporter_phone"] for line in lines if line["reporter_phone"]]
    with sample.connect() as db:
        written = [
            *db.execute(select(cases.c.working_text)).scalars(),
            *db.execute(select(cases.c.title)).scalars(),
            *db.execute(select(points.c.text)).scalars(),
            *map(str, db.execute(select(steps.c.inputs)).scalars()),
        ]
        sealed = db.execute(
            select(func.count()).where(complaints.c.sealed_identity.is_not(None))
        ).scalar_one()
    assert not [text for text in written for told in (*named, *phones) if told in text]
    assert sealed == len(named)


def test_one_case_is_published(sample: Engine) -> None:
    """The archived case is shown to the public, approved by another than who drafted it, naming nobody."""
    with sample.connect() as db:
        act = Act(db, SYSTEM, AFTER, reference.load(db), VAULT)
        (shown_,) = shown.page(act, None, after=None, limit=9)
        row = db.execute(select(publications)).one()
        people_ = list(db.execute(select(accounts.c.name)).scalars())
    assert (shown_.title, shown_.showing) == ("屠宰场凌晨卸猪吵、夏天臭", Showing.CURRENT)
    assert shown_.text is not None
    assert "责令改正" in shown_.text
    assert not [name for name in (*people_, "沈样丙", "13800000213") if name in shown_.text]
    assert row.prepared_by != row.approved_by


def test_a_clock_before_the_data_leaves_rows_out(empty: Engine) -> None:
    """With the real clock at 2026-10-01 nothing is dated later, and what is missing is named."""
    until = datetime(2026, 10, 1, tzinfo=UTC)
    made = built(empty, until)
    with empty.connect() as db:
        latest = db.execute(select(func.max(steps.c.at))).scalar_one()
        assert db.execute(select(func.count()).select_from(accounts)).scalar_one() == len(people.PEOPLE)
    assert latest <= until
    assert made.cases == 16
    assert {"C01", "C19"} <= set(made.left_out)
    assert {"R01", "R03", "R06"} <= set(made.left_out)
    assert not {"C17", "R05", "R11"} & set(made.left_out)


def test_steps_are_as_clients_send_them() -> None:
    """The inputs of every step of the story pass the API's own schema."""
    schema: TypeAdapter[CaseStep] = TypeAdapter(CaseStep)
    told = story.read()
    somebody = str(uuid4())
    for event in told.events:
        if event.do in {"register", "contact", "publish", "approve_publication"}:
            continue
        inputs = dict(event.inputs)
        if event.do == "assign":
            inputs |= {"handlers": [somebody for _ in inputs["handlers"]], "lead": somebody}
        if event.do == "propose":
            marks = [uuid4() for _ in told.told[event.row]["points"]]
            inputs["findings"] = story.findings(told, event.row, marks)
        step = schema.validate_python({"action": event.do, **inputs})
        assert step.model_dump(exclude={"action"}).keys() >= inputs.keys()
