"""A frozen month is never changed: by nobody, on either database; what comes later is next month's."""

from __future__ import annotations

import json
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Executable, delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from models.domain.errors import Conflict, GuardsUnmet, Invalid
from models.domain.rectification.periods import PeriodState
from models.domain.states import Action
from models.operations.periods import differences
from models.tables.journal import journal
from models.tables.periods import periods, snapshot_rows
from tests.factories import NOW, TOWN_HALL, World
from tests.operations.ledgers.stories import DUE, ledger, listed, plan, rectifying, self_checked, step
from tests.operations.periods.stories import (
    AFTER,
    AFTER_DECEMBER,
    DECEMBER,
    filled,
    frozen,
    opened,
    period_of,
    reviewed,
    seen,
)

FORBIDDEN = "a frozen snapshot is never changed"


def a_frozen_month(world: World) -> tuple[UUID, UUID]:
    """November with one reported problem, frozen after the cut-off."""
    case_id, period_id = rectifying(world), opened(world)
    filled(world, period_id, case_id)
    reviewed(world, period_id, case_id)
    return frozen(world, period_id), case_id


def test_rows_are_frozen_with_their_hashes(world: World) -> None:
    """Each row is canonical JSON with its hash, the whole has one, and the journal vouches for it."""
    period_id, case_id = a_frozen_month(world)
    row = period_of(world, period_id)
    assert (row.state, row.as_of) == (PeriodState.FROZEN, row.cut_off_at)
    assert len(row.snapshot_hash) == 64
    with world.engine.connect() as db:
        content = db.execute(select(snapshot_rows.c.content)).scalar_one()
        payloads = db.execute(select(journal.c.payload)).scalars().all()
    told = json.loads(content)
    assert (told["case_id"], told["word"], told["percent"]) == (str(case_id), "达到序时进度", 40)
    assert content == json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert any('"period.freeze"' in one for one in payloads)
    with world.act("office") as act:
        assert differences.overview(act, period_id).intact is True


def test_no_statement_changes_a_snapshot(world: World) -> None:
    """The database itself refuses to change, delete, add or replace rows of a frozen month, and the month."""
    period_id, case_id = a_frozen_month(world)
    other = listed(world, ledger_id=ledger(world, title="另一清单（虚构）"))
    late = {"period_id": period_id, "case_id": other, "content": "{}", "hash": "0" * 64}
    forgeries: list[Executable] = [
        update(snapshot_rows).values(content="{}"),
        delete(snapshot_rows),
        insert(snapshot_rows).values(late),
        update(periods).values(snapshot_hash="0" * 64),
        update(periods).values(state="open"),
        delete(periods),
    ]
    if world.engine.dialect.name == "sqlite":
        forgeries += [
            insert(snapshot_rows).prefix_with("or replace").values(late | {"case_id": case_id}),
            insert(periods).prefix_with("or replace").values(dict(period_of(world, period_id)._mapping)),
        ]
    else:
        forgeries += [text("truncate snapshot_row"), text("truncate period cascade")]
    before = period_of(world, period_id)
    for forgery in forgeries:
        with pytest.raises(DBAPIError, match=FORBIDDEN), world.engine.begin() as db:
            db.execute(forgery)
    assert period_of(world, period_id) == before


def test_a_forgery_past_the_guards_is_seen(world: World) -> None:
    """Whoever takes the triggers away and changes a row is given away by the hashes."""
    period_id, _ = a_frozen_month(world)
    sqlite = world.engine.dialect.name == "sqlite"
    guard = "snapshot_row_no_update" if sqlite else "snapshot_row_no_change on snapshot_row"
    with world.engine.begin() as db:
        db.execute(text(f"drop trigger {guard}"))
        content = db.execute(select(snapshot_rows.c.content)).scalar_one()
        db.execute(update(snapshot_rows).values(content=content.replace("达到序时进度", "已完成(待销号)")))
    with world.act("office") as act:
        assert differences.overview(act, period_id).intact is False


def test_what_comes_after_the_cut_off_is_next_month(world: World) -> None:
    """Steps taken and problems listed between cut-off and freezing are not in the month, but in the next one."""
    book = ledger(world)
    case_id, period_id = listed(world, ledger_id=book), opened(world)
    other = rectifying(world, ledger_id=book, problem_no="样例-02")
    later = AFTER - timedelta(hours=1)
    self_checked(world, now=later, ledger_id=book, problem_no="样例-03")
    step(world, case_id, "liaison", Action.SUBMIT_PLAN, now=later, **plan(world))
    step(world, case_id, "office", Action.CONFIRM_PLAN, now=later)
    until = (DUE + timedelta(days=30)).isoformat()
    step(world, other, "liaison", Action.REQUEST_EXTENSION, now=later, until=until, reason="征地未完成")
    step(world, other, "office", Action.GRANT_EXTENSION, now=later)
    frozen(world, period_id)
    told = seen(world, period_id)
    assert {no: (one["state"], one["percent"]) for no, one in told.items()} == {
        "样例-01": ("listed", 0),
        "样例-02": ("rectifying", 0),
        "样例-03": ("rectifying", 0),
    }
    assert told["样例-02"]["due_on"] == DUE.isoformat()
    december = opened(world, "2026-12", now=DECEMBER)
    with world.act("office", now=AFTER_DECEMBER) as act:
        found = differences.compare(act, december).difference
    assert found is not None
    assert {one.problem_no: one.after and one.after.word.value for one in found.moved_word} == {
        "样例-01": "滞后",
        "样例-02": "滞后",
        "样例-03": "已完成(待销号)",
    }
    assert [one.problem_no for one in found.moved_date] == ["样例-02"]


def test_when_a_month_can_be_frozen(world: World) -> None:
    """Before the cut-off only with a reason, once only, and in the order of the months."""
    period_id = opened(world)
    with pytest.raises(Conflict, match="提前冻结"):
        frozen(world, period_id, now=NOW)
    december = opened(world, "2026-12", now=DECEMBER)
    with pytest.raises(Conflict, match="2026-11调度还没有冻结"):
        frozen(world, december, now=AFTER_DECEMBER)
    frozen(world, period_id, now=NOW, reason="市局要求提前")
    row = period_of(world, period_id)
    assert (row.freeze_reason, row.as_of) == ("市局要求提前", row.frozen_at)
    with pytest.raises(Conflict, match="已冻结"):
        frozen(world, period_id, version=2)
    case_id = listed(world)
    with pytest.raises(Conflict, match="已冻结"):
        filled(world, period_id, case_id)


def test_unfilled_reports_stay_marked(world: World) -> None:
    """What nobody reported is frozen as it stands, and says so."""
    rectifying(world)
    period_id = frozen(world, opened(world))
    assert seen(world, period_id)["样例-01"]["entry"]["state"] == "missing"
    with world.act("office") as act:
        told = differences.missing(act, period_id)
    assert [one["unit"] for one in told] == [TOWN_HALL]


def test_counts_that_do_not_add_up_are_not_frozen(world: World) -> None:
    """Two rows of one problem, which no explanation covers, stop the freezing and are named."""
    case_id, period_id = rectifying(world), opened(world)
    twin = rectifying(world, ledger_id=ledger(world, title="另一清单（虚构）"), problem_no="样例-02")
    with world.engine.begin() as db:
        same = "(select ledger_id from ledger_item where problem_no = '样例-01')"
        db.execute(
            text(
                f"update ledger_item set problem_no = '样例-01', round = 2, ledger_id = {same} where case_id = :id"
            ),
            {"id": twin.hex if db.dialect.name == "sqlite" else twin},
        )
    with pytest.raises(GuardsUnmet, match=r"勾稽不平.*样例-01.*2次"):
        frozen(world, period_id)
    assert case_id != twin


def test_a_first_month_has_nothing_before_it(world: World) -> None:
    """The first month is not compared; the second one names what is new and gone."""
    book = ledger(world)
    one = listed(world, ledger_id=book)
    period_id = frozen(world, opened(world))
    with world.act("office") as act:
        assert differences.compare(act, period_id).difference is None
    step(world, one, "deputy_head", Action.VOID, now=AFTER, note="重复登记")
    listed(world, ledger_id=book, problem_no="样例-02")
    december = opened(world, "2026-12", now=DECEMBER)
    with world.act("office", now=DECEMBER) as act:
        told = differences.compare(act, december)
    assert told.difference is not None
    assert [one.problem_no for one in told.difference.new] == ["样例-02"]
    assert [one.problem_no for one in told.difference.gone] == ["样例-01"]
    assert told.before is not None
    assert (told.before.whole.total, told.after.whole.total) == (1, 1)
    frozen(world, december, now=AFTER_DECEMBER)


def test_no_month_far_ahead_is_opened(world: World) -> None:
    """A month beyond the next one would bar every month before it for good, so it is refused by field."""
    with pytest.raises(Invalid) as refused:
        opened(world, "2099-12")
    assert [one.pointer for one in refused.value.flaws] == ["/month"]
    opened(world, "2026-12")
