"""Who is told, and what it says."""

from __future__ import annotations

import json
from datetime import timedelta

from sqlalchemy import update

from models.domain.access import Role
from models.domain.states import Action
from models.operations.people import accounts
from models.operations.people.accounts import GrantDraft
from models.tables.people import grants
from tests.factories import COUNTY, NOW, TOWN, World
from tests.operations.reminders.stories import (
    assigned_case,
    complained_case,
    rows,
    scan,
    spot_case,
    step,
    told,
)
from tests.operations.reminders.test_reminding import at

DAY = timedelta(days=1)


def deputise(world: World, *, absent: str, deputy: str, role: Role) -> None:
    """``deputy`` stands in for ``absent`` during December 2026."""
    draft = GrantDraft(
        world.account(deputy),
        role,
        COUNTY,
        principal_id=world.account(absent),
        valid_from=at(12, 1),
        valid_to=at(12, 31),
    )
    with world.act(now=NOW) as act:
        accounts.give(act, draft)


def end_grants(world: World, role: Role) -> None:
    with world.engine.begin() as db:
        db.execute(update(grants).where(grants.c.role == role).values(valid_to=NOW))


def test_desk_clocks_are_the_clerks(world: World) -> None:
    """Telling the reporter is the clerk's clock, also when the case is assigned to an inspector already."""
    case_id = complained_case(world)
    step(world, case_id, "clerk", Action.ACCEPT)
    person = str(world.account("inspector"))
    step(world, case_id, "supervisor", Action.ASSIGN, handlers=[person], lead=person)
    scan(world, at(12, 1))
    assert told(world) == [("clerk", "half", "waiting")]


def test_assigning_is_the_heads(world: World) -> None:
    """The clock of an assignment that has not been made speaks to those who can make it."""
    case_id = spot_case(world)
    step(world, case_id, "clerk", Action.ACCEPT)
    scan(world, at(11, 24))
    assert {(login, stage) for login, stage, _ in told(world, "RPT_ASSIGN_LOWER")} == {
        ("supervisor", "half"),
        ("supervisor2", "half"),
    }


def test_a_case_without_handler_speaks_to_the_head(world: World) -> None:
    """What would go to the handler of an unassigned case goes to its unit's heads."""
    case_id = spot_case(world)
    step(world, case_id, "clerk", Action.ACCEPT)
    scan(world, at(12, 23))
    assert {login for login, stage, _ in told(world, "RPT_CLOSE") if stage == "half"} == {
        "supervisor",
        "supervisor2",
    }
    assert {row.content["as"] for row in rows(world) if row.rule_id == "RPT_CLOSE"} == {"handler"}


def test_neighbours_hear_nothing(world: World) -> None:
    """Heads and clerks of another county are told nothing, at no stage."""
    assigned_case(world)
    scan(world, at(2, 1, year=2027))
    logins = {login for login, _, _ in told(world)}
    assert logins
    assert not any(login.startswith("stranger") for login in logins)


def test_deputies_hear_it_too(world: World) -> None:
    """While a handler and a head are away, their deputies are told beside them; before and after, not."""
    deputise(world, absent="inspector", deputy="inspector2", role=Role.INSPECTOR)
    deputise(world, absent="supervisor", deputy="office", role=Role.SUPERVISOR)
    assigned_case(world)
    scan(world, at(12, 23))
    assert {login for login, _, _ in told(world, "RPT_CLOSE")} == {"inspector", "inspector2"}
    late = assigned_case(world, now=at(11, 24))
    scan(world, at(1, 8, year=2027))
    assert {login for login, stage, _ in told(world, "RPT_CLOSE") if stage == "three_quarters"} == {
        "inspector",
        "supervisor",
        "supervisor2",
    }
    assert late


def test_a_vacant_post_passes_upwards(world: World) -> None:
    """With no head in office the deputy head is told; with nobody at all the scan says so and goes on."""
    assigned_case(world)
    end_grants(world, Role.SUPERVISOR)
    scan(world, at(1, 7, year=2027))
    assert {login for login, _, _ in told(world, "RPT_CLOSE")} == {"inspector", "deputy_head"}
    end_grants(world, Role.DEPUTY_HEAD)
    end_grants(world, Role.CLERK)
    orphan = spot_case(world, now=NOW)
    done = scan(world, at(11, 25))
    assert len(done.nobody) == 1
    assert [row for row in rows(world) if row.case_id == orphan] == []


def test_the_words(world: World) -> None:
    """A message names case, clock, basis, both dates with weekday and what is left; and that it is sample data."""
    case_id = assigned_case(world, now=at(8, 4))  # 60 days: Saturday 2026-10-03, in the holidays
    scan(world, at(9, 3))
    content = rows(world)[0].content
    number = content["number"]
    assert content["headline"] == "【示例数据】办结期限还有20个工作日"
    assert content["lines"] == [
        f"【示例数据】案件：{number}（大气/烟粉尘，陈家桥镇）",
        "期限：办结期限；依据：《环保举报热线工作管理办法》第十一条",
        "法定届满日：2026-10-03（星期六）；遇休息日，顺延至：2026-10-08（星期四）24:00，还有20个工作日",
        f"打开案件：/v1/cases/{case_id}",
    ]


def test_the_words_of_an_unpublished_year(world: World) -> None:
    """An end in a year without calendar says so, and by which day to work."""
    assigned_case(world)
    scan(world, at(12, 23))
    assert (
        "2027年放假安排尚未公布，日期可能变动，请按较早的2027-01-22（星期五）安排工作"
        in rows(world)[0].content["lines"]
    )


def test_overdue_words(world: World) -> None:
    """After the end a message counts the days that it is late."""
    assigned_case(world, now=at(8, 4))
    scan(world, at(10, 12))
    assert {row.content["headline"] for row in rows(world)} == {"【示例数据】办结期限已逾期4日"}


def test_nothing_of_a_reporter(world: World) -> None:
    """No message carries the reporter's words, name or phone, nor the title and place that may hint at him."""
    case_id = complained_case(world)
    step(world, case_id, "clerk", Action.ACCEPT)
    for days in range(0, 90, 2):
        scan(world, NOW + days * DAY)
    said = json.dumps([row.content for row in rows(world)], ensure_ascii=False)
    assert len(rows(world)) > 10
    for secret in ("孙样丙", "13800000202", "天天冒黑烟", "砖厂", "青萍村", "窑尾"):
        assert secret not in said
    assert TOWN not in said
