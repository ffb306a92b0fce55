"""A deadline explains itself: the sentence and the steps."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.timing.calendar import SHANGHAI, Calendar, parse_csv
from models.domain.timing.clocks import Reckoning, Source, fixed, reckon, shortest
from models.domain.timing.explanations import Step, explain, explain_choice, ranges
from models.domain.timing.limits import appointed
from models.domain.timing.terms import Direction, Interval, Term, Unit

FILES: Final = Path(__file__).parents[3] / "models/reference/calendar"
YEARS: Final = tuple(parse_csv((FILES / f"{year}.csv").read_text("utf-8")) for year in (2024, 2025, 2026))
CALENDAR: Final = Calendar.of_years(*YEARS)
BACK: Final = Direction.BEFORE
ARTICLE_11: Final = "《环保举报热线工作管理办法》第十一条"


def at(month: int, day: int, hour: int = 10, minute: int = 0, *, year: int = 2026) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


def clock(
    term: Term,
    start_at: datetime,
    *suspensions: Interval,
    extensions: tuple[Term, ...] = (),
    now: datetime | None = None,
) -> Reckoning:
    return reckon(term, start_at, CALENDAR, suspensions=suspensions, extensions=extensions, now=now)


SENTENCES: Final = [
    (
        clock(Term(60, Unit.ND), at(8, 3)),
        "办结期限60日，自2026-08-03受理次日起算，2026-10-02届满；"
        "届满日为法定休息日，顺延至2026-10-08（星期四）。",
    ),
    (
        clock(Term(3, Unit.WD), at(9, 16)),
        "办结期限3个工作日，自2026-09-16受理次日起算，2026-09-20（星期日，调休上班）届满。",
    ),
    (
        clock(Term(60, Unit.ND), at(8, 3), Interval(at(8, 10), at(8, 15)), extensions=(Term(30, Unit.ND),)),
        "办结期限60日，自2026-08-03受理次日起算，2026-10-02届满；期间中止5日，期限相应顺延至2026-10-07；"
        "经批准延长30日，延至2026-11-06（星期五）。",
    ),
    (
        clock(Term(20, Unit.WD), at(9, 15), Interval(at(9, 17)), now=at(9, 20)),
        "办结期限20个工作日，自2026-09-15受理次日起算，2026-10-19届满；期间中止2个工作日，"
        "期限相应顺延至2026-10-21（星期三）；目前仍在中止，恢复计时后届满日还会相应顺延。",
    ),
    (
        clock(Term(60, Unit.ND), at(12, 1)),
        "办结期限60日，自2026-12-01受理次日起算，2027-01-30届满；届满日为法定休息日，顺延至2027-02-01（星期一）；"
        "2027年放假安排尚未公布，暂按周六、周日休息计算，公布后可能变动，请按较早的2027-01-30安排工作。",
    ),
    (
        clock(Term(3, Unit.WD), at(12, 30)),
        "办结期限3个工作日，自2026-12-30受理次日起算，2027-01-04（星期一）届满；"
        "2027年放假安排尚未公布，暂按周六、周日休息计算，公布后可能变动。",
    ),
    (
        clock(Term(60, Unit.ND, BACK), at(3, 1, year=2027)),
        "办结期限，为2027-03-01受理前60日，最迟2026-12-31（星期四）；倒推的日期遇休息日不顺延，请提前办理。",
    ),
    (
        clock(
            Term(2, Unit.H),
            at(10, 1, 23, 10),
            Interval(at(10, 1, 23, 20), at(10, 2, 0, 50)),
            Interval(at(10, 2, 1), at(10, 2, 2)),
            extensions=(Term(1, Unit.H),),
        ),
        "办结期限2小时，自2026-10-01 23:10受理时起连续计算（含夜间和节假日），2026-10-02 01:10届满；"
        "期间中止1小时30分、1小时，期限相应顺延至2026-10-02 03:40；"
        "经批准延长1小时，延至2026-10-02 04:40（星期五）。",
    ),
    (
        clock(Term(24, Unit.H, BACK), at(10, 2, 9)),
        "办结期限，为2026-10-02 09:00受理前24小时，最迟2026-10-01 09:00（星期四）；"
        "倒推的日期遇休息日不顺延，请提前办理。",
    ),
    (
        clock(Term(331, Unit.MD, roll=False), at(12, 1)),
        "办结期限为次年3月31日，2026-12-01受理，2027-03-31（星期三）届满。",
    ),
    (clock(Term(2, Unit.M), at(6, 8)), "办结期限2个月，自2026-06-08受理次日起算，2026-08-08届满；"
     "届满日为法定休息日，顺延至2026-08-10（星期一）。"),
    (
        fixed(at(9, 30, 17), at(9, 16)),
        "办结期限，2026-09-16受理，指定最迟2026-09-30 17:00（星期三）前完成。",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("reckoning", "sentence"), SENTENCES, ids=range(len(SENTENCES)))
def test_one_sentence_says_it_all(reckoning: Reckoning, sentence: str) -> None:
    """Basis, length, start, end, suspensions, extensions, roll-over and doubt stand in one sentence."""
    told = explain(reckoning, rule_title="办结期限", basis=ARTICLE_11, start_event="受理", calendar=CALENDAR)
    assert told.sentence == f"{ARTICLE_11}：{sentence}"


def test_a_day_set_outright_says_who_set_it() -> None:
    """A plan's date names the plan; an extension follows with the days it adds, and the steps keep the old date."""
    plan = appointed(date(2026, 12, 31), at(11, 23), (Term(90, Unit.ND),))
    told = explain(
        plan, rule_title="整改期限", basis="整改方案", start_event="确认整改方案", calendar=CALENDAR
    )
    assert told.sentence == "整改期限由整改方案确定为2026-12-31；经批准延长90日，延至2027-03-31（星期三）。"
    assert told.steps == (
        Step(date(2026, 11, 23), "确认整改方案：2026-11-23 10:00"),
        Step(date(2026, 12, 31), "原定期限：2026-12-31"),
        Step(date(2026, 12, 31), "经批准延长90日，自原定期限起算，延至2027-03-31"),
        Step(date(2027, 3, 31), "最后期限：2027-03-31（星期三）24:00"),
    )
    alone = explain(fixed(date(2026, 9, 30), at(9, 16)), rule_title="办结期限", basis="", start_event="受理")
    assert alone.sentence == "办结期限确定为2026-09-30（星期三）。"
    with pytest.raises(ValueError, match="plain days"):
        appointed(date(2026, 12, 31), at(11, 23), (Term(3, Unit.WD),))


def test_a_limit_without_law_has_no_basis() -> None:
    """An internal limit without basis begins with its title."""
    told = explain(clock(Term(3, Unit.WD), at(9, 1)), rule_title="答复期限", basis="", start_event="办结")
    assert told.sentence == "答复期限3个工作日，自2026-09-01办结次日起算，2026-09-04（星期五）届满。"


def test_the_steps_of_working_days() -> None:
    """Each rest period left out is one step, by name where the calendar knows it."""
    reckoning = clock(Term(12, Unit.WD), at(9, 17), Interval(at(9, 21), at(9, 22)))
    told = explain(reckoning, rule_title="办结期限", basis="", start_event="受理", calendar=CALENDAR)
    assert told.steps == (
        Step(date(2026, 9, 17), "受理：2026-09-17 10:00"),
        Step(date(2026, 9, 18), "2026-09-17当日不计入，自2026-09-18起算，共12个工作日"),
        Step(date(2026, 9, 19), "2026-09-19 周末，1日不计入"),
        Step(date(2026, 9, 25), "2026-09-25至2026-09-27 中秋节，3日不计入"),
        Step(date(2026, 10, 1), "2026-10-01至2026-10-07 国庆节，7日不计入"),
        Step(date(2026, 10, 11), "2026-10-11 周末，1日不计入"),
        Step(date(2026, 10, 10), "原法定届满：2026-10-10"),
        Step(date(2026, 9, 21), "中止：2026-09-21至2026-09-22，1个工作日不计入"),
        Step(date(2026, 10, 12), "最后期限：2026-10-12（星期一）24:00"),
    )


def test_the_steps_of_a_roll_over_and_an_extension() -> None:
    """The extension starts at the legal day; the roll-over names the rest days that it jumped."""
    reckoning = clock(Term(30, Unit.ND), at(8, 3), extensions=(Term(30, Unit.ND),))
    told = explain(reckoning, rule_title="办结期限", basis="", start_event="受理", calendar=CALENDAR)
    assert [step.text for step in told.steps[2:]] == [
        "原法定届满：2026-09-02",
        "经批准延长30日，自原法定届满日起算，延至2026-10-02",
        "法定届满日2026-10-02为休息日（2026-10-02至2026-10-07 国庆节），顺延至其后第一个工作日",
        "最后期限：2026-10-08（星期四）24:00",
    ]


def test_the_steps_of_hours_counted_back_and_open() -> None:
    """Hours say that nights count, a date counted back that it is, an open suspension that it is open."""
    hours = explain(clock(Term(2, Unit.H), at(10, 1)), rule_title="初报", basis="", start_event="接报")
    assert hours.steps[1].text == "按小时连续计算，夜间、周末和节假日都计入"
    assert hours.steps[-1].text == "最后期限：2026-10-01 12:00（星期四）"
    back = explain(clock(Term(5, Unit.WD, BACK), at(10, 12)), rule_title="申请", basis="", start_event="届满")
    assert [step.text for step in back.steps[1:3]] == [
        "当日不计入，往前数5个工作日",
        "2026-10-01至2026-10-07 法定休息日，7日不计入",
    ]
    open_ = clock(Term(9, Unit.ND), at(8, 3), Interval(at(8, 4)), now=at(8, 6))
    texts = [step.text for step in explain(open_, rule_title="", basis="", start_event="").steps]
    assert "中止：2026-08-04至今（仍在中止），2日不计入" in texts


def test_the_choice_says_what_was_compared() -> None:
    """The chosen limit is named together with the ends it was compared with."""
    rule = clock(Term(60, Unit.ND), at(8, 3))
    chosen = shortest([(Source.NATIONAL, rule), (Source.WORK_ORDER, fixed(date(2026, 9, 30), at(8, 3)))])
    assert explain_choice(chosen) == "国家规定2026-10-08、工单要求2026-09-30，取最短的工单要求。"
    assert explain_choice(shortest([(Source.LOCAL, rule)])) == "适用地方规定。"


@given(offsets=st.sets(st.integers(0, 60)))
def test_ranges_hold_exactly_the_days(offsets: set[int]) -> None:
    """Compressed ranges hold the given days and no others, and never touch each other."""
    first_day = date(2026, 1, 1)
    days = [first_day + timedelta(days=n) for n in sorted(offsets)]
    found = list(ranges(days))
    spread = [a + timedelta(days=n) for a, b in found for n in range((b - a).days + 1)]
    assert spread == days
    assert all((later[0] - before[1]).days > 1 for before, later in itertools.pairwise(found))


TERMS: Final = st.builds(
    Term,
    st.integers(1, 90),
    st.sampled_from([Unit.ND, Unit.WD, Unit.M, Unit.H]),
    st.sampled_from(Direction),
    st.booleans(),
)


@given(term=TERMS, offset=st.integers(0, 1100), lost=st.integers(0, 40))
def test_every_reckoning_can_be_explained(term: Term, offset: int, lost: int) -> None:
    """Whatever the clock, the sentence and the last step name the day on which it ends."""
    start_at = at(1, 1, year=2024) + timedelta(days=offset)
    stops = [Interval(start_at, start_at + timedelta(days=lost))] if term.direction is not BACK else []
    found = clock(term, start_at, *stops)
    told = explain(found, rule_title="期限", basis="", start_event="受理", calendar=CALENDAR)
    assert f"{found.due_on}" in told.sentence
    assert f"{found.due_on}" in told.steps[-1].text
    assert told.sentence.endswith("。")
