"""The words of reminders, and the clock as the record has it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from models.domain.timing.calendar import SHANGHAI, Calendar, end_of_day
from models.domain.timing.clocks import Source
from models.domain.timing.recorded import Recorded
from models.domain.timing.wording import Clock, Subject, reminder, standing, still_suspended

SUBJECT = Subject(UUID(int=1), "北环举〔2026〕1号", ("大气/烟粉尘", "噪声", "其他"), "陈家桥镇", sample=False)
CALENDAR = Calendar.of({date(2026, 10, day): False for day in range(1, 8)}, {2026})
DAYS: dict[str, Any] = {
    "source": "national",
    "title": "办结期限",
    "basis": "《办法》第十一条",
    "length": 60,
    "unit": "ND",
    "direction": "after",
    "roll": True,
}


def at(day: date, hour: int = 9, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=SHANGHAI)


def days(due_on: date = date(2026, 9, 24), **changed: Any) -> Recorded:
    values: dict[str, Any] = {
        "candidates": [DAYS],
        "source": Source.NATIONAL,
        "started_at": at(date(2026, 8, 4)),
        "legal_due_on": due_on,
        "due_on": due_on,
        "due_at": end_of_day(due_on),
        "unconfirmed": False,
    }
    return Recorded(**(values | changed))


HOURS = days(
    candidates=[{**DAYS, "unit": "H", "length": 4, "title": "报告期限", "basis": ""}],
    due_at=at(date(2026, 9, 24), 13, 30),
)


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (at(date(2026, 9, 21)), "还有3个工作日"),
        (at(date(2026, 9, 24)), "今日24:00届满"),
        (at(date(2026, 9, 24), 23, 59), "今日24:00届满"),
        (at(date(2026, 9, 25), 0), "已逾期1日"),
        (at(date(2026, 10, 9)), "已逾期15日"),
    ],
)
def test_what_is_left_of_days(now: datetime, words: str) -> None:
    """Working days before the end, the day itself to midnight, days after it."""
    assert standing(days().reckoning, CALENDAR, now) == words


def test_only_rest_days_left() -> None:
    """A term that does not roll and ends in the holidays has days left, but none to work on."""
    assert (
        standing(days(date(2026, 10, 3)).reckoning, CALENDAR, at(date(2026, 10, 1)))
        == "还有2日（都是休息日）"
    )


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (at(date(2026, 9, 24), 9, 30), "还有4小时"),
        (at(date(2026, 9, 24), 11, 15), "还有2小时15分"),
        (at(date(2026, 9, 24), 13, 15), "还有15分钟"),
        (at(date(2026, 9, 24), 13, 30), "已逾期0分钟"),
        (at(date(2026, 9, 24), 16, 30), "已逾期3小时"),
        (at(date(2026, 9, 27), 12, 30), "已逾期71小时"),
        (at(date(2026, 9, 27), 15, 30), "已逾期3日2小时"),
        (at(date(2026, 10, 14), 13, 30), "已逾期20日"),
    ],
)
def test_what_is_left_of_hours(now: datetime, words: str) -> None:
    """An hour clock is told to the minute."""
    assert standing(HOURS.reckoning, CALENDAR, now) == words


def test_the_lines() -> None:
    """Case, clock with basis, the end with its weekday, the link; at most two categories."""
    said = reminder(SUBJECT, days().clock, days().reckoning, CALENDAR, at(date(2026, 9, 21)))
    assert said["headline"] == "办结期限还有3个工作日"
    assert said["lines"] == [
        "案件：北环举〔2026〕1号（大气/烟粉尘，噪声，陈家桥镇）",
        "期限：办结期限；依据：《办法》第十一条",
        "届满：2026-09-24（星期四）24:00，还有3个工作日",
        f"打开案件：/v1/cases/{UUID(int=1)}",
    ]


def test_an_hour_clock_has_its_minute() -> None:
    """The end of an hour clock is an instant; a clock without basis names none."""
    said = reminder(SUBJECT, HOURS.clock, HOURS.reckoning, CALENDAR, at(date(2026, 9, 24), 9, 30))
    assert said["lines"][1:3] == ["期限：报告期限", "届满：2026-09-24 13:30（星期四），还有4小时"]


def test_both_dates_where_it_rolled() -> None:
    """A legal end in the holidays and the working day it moved to are both named."""
    rolled = days(date(2026, 10, 8), legal_due_on=date(2026, 10, 3))
    said = reminder(SUBJECT, rolled.clock, rolled.reckoning, CALENDAR, at(date(2026, 9, 30)))
    assert said["lines"][2] == (
        "法定届满日：2026-10-03（星期六）；遇休息日，顺延至：2026-10-08（星期四）24:00，还有1个工作日"
    )


def test_an_unpublished_year() -> None:
    """A date that rests on an unpublished year says so; once it is published, that the date is to be settled."""
    open_end = days(date(2027, 1, 4), unconfirmed=True)
    now = at(date(2026, 12, 1))
    before = reminder(SUBJECT, open_end.clock, open_end.reckoning, CALENDAR, now)["lines"]
    after = reminder(SUBJECT, open_end.clock, open_end.reckoning, Calendar.of({}, {2026, 2027}), now)["lines"]
    assert before[3] == "2027年放假安排尚未公布，日期可能变动，请按较早的2027-01-04（星期一）安排工作"
    assert after[3] == "放假安排已经公布，本期限待重新核定，日期可能变动"


def test_a_sample_says_so() -> None:
    """Headline and first line of a sample instance carry the mark."""
    sample = replace(SUBJECT, sample=True)
    said = reminder(sample, days().clock, days().reckoning, CALENDAR, at(date(2026, 9, 21)))
    assert said["headline"].startswith("【示例数据】")
    assert said["lines"][0].startswith("【示例数据】案件：")


def test_still_suspended() -> None:
    """The monthly note says since when and why, and what to do."""
    said = still_suspended(
        SUBJECT,
        days().clock,
        since=date(2026, 8, 24),
        reason="等待检测鉴定结果",
        calendar=CALENDAR,
        now=at(date(2026, 9, 23)),
    )
    assert said["headline"] == "办结期限仍在中止，已30日"
    assert said["lines"][2] == "自2026-08-24（星期一）起中止（等待检测鉴定结果），至今30日；中止期间不催办"


def test_the_shortest_was_a_work_order() -> None:
    """A work order's date keeps the rule's name, and says that the work order is its basis."""
    order = {"source": "work_order", "due_at": "2026-09-24T10:00:00+08:00"}
    due = at(date(2026, 9, 24), 10)
    both = days(candidates=[DAYS, order], source=Source.WORK_ORDER, due_at=due)
    assert both.clock == Clock("办结期限", "工单要求")
    assert (both.reckoning.hourly, both.reckoning.due_at) == (True, due)
    alone = days(candidates=[order], source=Source.WORK_ORDER, due_at=due)
    assert alone.clock == Clock("工单要求的期限", "工单要求")


def test_the_record_stands() -> None:
    """A recorded clock keeps its dates whatever a newer calendar says, and tells days from hours by its end."""
    assert days().reckoning.due_on == date(2026, 9, 24)
    assert not days().reckoning.hourly
    assert HOURS.reckoning.hourly
    two = days(candidates=[{**DAYS, "unit": "H", "length": 1, "basis": "时"}, {**DAYS, "basis": "日"}])
    assert two.clock.basis == "日"
    assert days(unconfirmed=True).reckoning.confirmed is False
    assert days().reckoning.due_at - days().reckoning.start_at > timedelta(days=50)
