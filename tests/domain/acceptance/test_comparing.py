"""Reports and surveys held against the standards that are shipped, and the file of standards itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from models.domain.acceptance.comparing import Poll, Report, Sample, compare
from models.domain.acceptance.materials import KIND_TITLES, MaterialKind
from models.domain.acceptance.standards import GENERAL, Standard, choose, parse_standards
from models.domain.errors import Invalid
from models.domain.timing.rules import Confidence
from models.operations.law.reference import SHIPPED
from models.operations.law.standards import shipped_standards

DONE = date(2026, 9, 30)
TODAY = date(2026, 11, 23)
GOOD = {"透明度": "30", "溶解氧": "3.5", "氨氮": "6.2"}
VILLAGE = choose(shipped_standards(), "农村黑臭水体", TODAY)
POLL = Poll(30, 30, 27, DONE)


def sample(days: int = 0, point: str = "W1", **changed: str) -> Sample:
    values = {name: Decimal(value) for name, value in (GOOD | changed).items()}
    return Sample(point, DONE + timedelta(days=days), values)


def report(*samples: Sample, **changed: Any) -> Report:
    values: dict[str, Any] = {"cma_no": "180012050000", "reported_on": DONE + timedelta(days=10)}
    return Report(**(values | {"samples": samples} | changed))


def told(
    *reports: Report, polls: tuple[Poll, ...] = (POLL,), today: date = TODAY, standard: Standard = VILLAGE
) -> tuple[str, ...]:
    return compare(standard, reports, polls, finished_on=DONE, today=today)


def test_good_numbers_leave_nothing_to_say() -> None:
    """Enough samples after completion within the limits, and a good survey, meet the standard."""
    assert told(report(sample(0), sample(7))) == ()


def test_the_day_of_completion_counts() -> None:
    """A sample of the day of completion counts, one of the day before does not."""
    assert told(report(sample(-1), sample(7))) == ("监测点“W1”采样1次，应不少于2次",)


def test_only_early_samples_are_no_proof() -> None:
    """Samples from before completion are named with both dates."""
    assert told(report(sample(-20))) == (
        "采样日期2026-09-10早于整改完成日期2026-09-30，不能作为验收依据",
        "整改完成（2026-09-30）后采样的监测点有0个，应不少于1个",
    )


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("透明度", "25", "为25厘米，应大于25厘米"),
        ("溶解氧", "2", "为2毫克/升，应大于2毫克/升"),
        ("氨氮", "15", "为15毫克/升，应小于15毫克/升"),
    ],
)
def test_a_value_on_the_limit_is_not_within(name: str, value: str, sentence: str) -> None:
    """Values exactly on a limit of more or less do not hold; the sentence names place, day, value and limit."""
    assert told(report(sample(0), sample(7, **{name: value}))) == (f"监测点“W1”2026-10-07的{name}{sentence}",)


def test_an_early_bad_day_is_outlived() -> None:
    """Of many samples the latest count: an early bad one does not block, a late one does."""
    bad = {"氨氮": "18.6"}
    assert told(report(sample(0, **bad), sample(7), sample(14))) == ()
    assert len(told(report(sample(0), sample(7), sample(14, **bad)))) == 1


def test_samples_too_close_together() -> None:
    """Samples within fewer days than asked are named with the span."""
    assert told(report(sample(0), sample(3))) == ("监测点“W1”首末次采样相隔3天，应不少于7天",)


def test_a_value_that_is_missing() -> None:
    """An indicator nobody measured is named."""
    lacking = replace(sample(7), values={"透明度": Decimal(30), "溶解氧": Decimal(3)})
    assert told(report(sample(0), lacking)) == ("监测点“W1”2026-10-07的氨氮没有数据",)


def test_a_report_that_has_run_out() -> None:
    """After its last day, its own or the standard's, a report proves nothing; on that day it does."""
    one = report(sample(0), sample(7), valid_until=date(2026, 11, 22))
    assert told(one)[0] == "2026-10-10的监测报告有效期至2026-11-22，已经过期"
    assert told(one, today=date(2026, 11, 22)) == ()
    long = report(sample(0), sample(7), valid_until=date(2030, 1, 1))
    assert told(long, today=date(2027, 4, 10)) == ()
    assert told(long, today=date(2027, 4, 11))[0] == "2026-10-10的监测报告有效期至2027-04-10，已经过期"


def test_an_old_report_beside_a_good_one() -> None:
    """What a good report proves, an outdated one beside it does not spoil."""
    old = report(sample(0, 氨氮="99"), reported_on=date(2026, 3, 1))
    assert told(old, report(sample(0), sample(7))) == ()


def test_a_number_that_is_no_certificate() -> None:
    """A report without a certificate number of twelve digits does not count."""
    said = told(report(sample(0), sample(7), cma_no="ABC123"))
    assert said[0] == "2026-10-10的监测报告资质认定（CMA）证书编号应为12位数字"
    assert said[1].startswith("整改完成（2026-09-30）后采样的监测点有0个")


@pytest.mark.parametrize(
    ("polls", "said"),
    [
        ((), ("还没有整改完成（2026-09-30）后的群众评议",)),
        (
            (Poll(30, 30, 30, date(2026, 9, 1)),),
            ("还没有整改完成（2026-09-30）后的群众评议，2026-09-01的在完成之前",),
        ),
        ((Poll(30, 8, 8, DONE),), ("2026-09-30的群众评议收回8份，应不少于30份",)),
        ((Poll(40, 30, 23, DONE),), ("2026-09-30的群众评议满意率76.7%，应不低于80%",)),
        ((Poll(40, 30, 24, DONE),), ()),
        ((Poll(30, 0, 0, DONE),), ("2026-09-30的群众评议收回0份，应不少于30份",)),
        ((Poll(30, 30, 0, DONE), Poll(30, 30, 30, TODAY)), ()),
    ],
)
def test_surveys(polls: tuple[Poll, ...], said: tuple[str, ...]) -> None:
    """The latest survey after completion counts, with its forms and its share, the bound itself included."""
    assert told(report(sample(0), sample(7)), polls=polls) == said


def test_nothing_can_be_judged_before_completion() -> None:
    """Without a day of completion the standard says just that; one of papers only has nothing to compare."""
    assert compare(VILLAGE, (), (), finished_on=None, today=TODAY) == (
        "还没有登记整改完成日期，不能判断监测和评议是否在完成之后",
    )
    general = choose(shipped_standards(), None, TODAY)
    assert compare(general, (), (), finished_on=None, today=TODAY) == ()


def test_a_town_ditch_needs_three_places() -> None:
    """The town standard asks for three places and for ORP as well."""
    town = choose(shipped_standards(), "城市黑臭水体", TODAY)
    said = told(report(sample(0)), standard=town)
    assert said[0] == "整改完成（2026-09-30）后采样的监测点有1个，应不少于3个"
    assert "监测点“W1”2026-09-30的氧化还原电位没有数据" in said


def test_standards_say_where_they_come_from() -> None:
    """Every shipped standard, limit and requirement has a source; what is not known is marked so."""
    for one in shipped_standards():
        parts = (one, *one.indicators, one.monitoring, one.survey)
        assert all(part.source for part in parts if part is not None)
        assert all(part.confidence is not Confidence.READ for part in parts if part is not None)


def test_every_type_needs_the_general_papers() -> None:
    """The general catalogue is part of every other, in the order of the official list."""
    general = choose(shipped_standards(), GENERAL, TODAY)
    for one in shipped_standards():
        chosen = choose(shipped_standards(), one.type, TODAY)
        assert chosen.papers == general.papers + (() if one.type == GENERAL else one.papers)
    assert list(KIND_TITLES) == list(MaterialKind)


def test_a_type_without_its_own_standard() -> None:
    """Unknown types follow the general standard, and problems older than any version its earliest."""
    assert choose(shipped_standards(), "没有的类型", TODAY).type == GENERAL
    assert choose(shipped_standards(), "农村黑臭水体", date(1999, 1, 1)) == VILLAGE


@pytest.mark.parametrize(
    ("old", "new", "pointer"),
    [
        ('limit = "25"', 'limit = "much"', "/standard/1/indicators/0/limit"),
        ('limit = "25"', 'limit = "NaN"', "/standard/1/indicators/0/limit"),
        ('op = ">"', 'op = "over"', "/standard/1/indicators/0/op"),
        ("points = 3", "point = 3", "/standard/1/monitoring/0/point"),
        ('kind = "plan"', 'kind = "plans"', "/standard/0/papers/1/kind"),
        ("least_percent = 90", "least_percent = 900", "/standard/1/survey/0/least_percent"),
        ('type = "通用"', 'type = "一般"', "/standard/0/type"),
        ('type = "餐饮油烟"', 'type = "入河排污口"', "/standard/3/type"),
    ],
)
def test_a_damaged_file_is_refused_with_the_place(old: str, new: str, pointer: str) -> None:
    """Each mistake in the file of standards is named with its place."""
    text = (SHIPPED / "standards.toml").read_text("utf-8")
    assert old in text
    with pytest.raises(Invalid) as refused:
        parse_standards(text.replace(old, new, 1))
    assert pointer in {one.pointer for one in refused.value.flaws}
