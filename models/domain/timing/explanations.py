"""
The words of a reckoning 期限说明: one Chinese sentence, and the steps that led to the date.

Nothing is computed here but wording: every date comes from the ``Reckoning``. With a calendar the rest
periods carry their names (国庆节) and working weekends are marked 调休上班.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from models.domain.timing.calendar import SHANGHAI, Calendar, legal_day
from models.domain.timing.clocks import Chosen, Extension, Reckoning, Source, Suspension
from models.domain.timing.terms import Direction, Fixed, Term, Unit

_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)
_WEEKDAYS: Final = ("星期一", "星期二", "星期三", "星期四", "星期五", "星期六", "星期日")
_SATURDAY: Final = 5  # date.weekday()
_SOURCES: Final = {Source.NATIONAL: "国家规定", Source.LOCAL: "地方规定", Source.WORK_ORDER: "工单要求"}


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the reckoning; ``day`` None for what concerns no single day."""

    day: date | None
    text: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """A date put into words, in short and step by step."""

    sentence: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class _Clause:
    """A part of the sentence that arrives at a moment: ``lead`` + moment + ``tail``."""

    lead: str
    moment: date | datetime
    tail: str = ""


def explain(
    reckoning: Reckoning, *, rule_title: str, basis: str, start_event: str, calendar: Calendar | None = None
) -> Explanation:
    """
    The reckoning in one sentence and in steps.

    ``rule_title`` 办结期限; ``basis`` 《…》第十一条 (may be empty), of a day set outright what set it (整改方案);
    ``start_event`` 受理, 收到 ….
    """
    head = f"{basis}：{rule_title}" if basis else rule_title
    first = _set_outright(reckoning, rule_title, basis) or _first_clause(reckoning, head, start_event)
    clauses = [first, *_later_clauses(reckoning)]
    parts = [f"{one.lead}{_plain(one.moment)}{one.tail}" for one in clauses[:-1]]
    last = clauses[-1]
    parts.append(f"{last.lead}{moment_text(last.moment, calendar)}{last.tail}")
    parts += _remarks(reckoning)
    return Explanation("；".join(parts) + "。", tuple(_steps(reckoning, start_event, calendar)))


def explain_choice(chosen: Chosen) -> str:
    """Which limit was taken and why: 国家规定2026-10-08、工单要求2026-09-30，取最短的工单要求。"""
    if len(chosen.considered) == 1:
        return f"适用{_SOURCES[chosen.source]}。"
    listed = "、".join(f"{_SOURCES[source]}{_plain(_end(one))}" for source, one in chosen.considered)
    return f"{listed}，取最短的{_SOURCES[chosen.source]}。"


def moment_text(moment: date | datetime, calendar: Calendar | None = None) -> str:
    """2026-10-08（星期四）, with the time of day for an instant."""
    day = legal_day(moment) if isinstance(moment, datetime) else moment
    weekday = _WEEKDAYS[day.weekday()]
    if calendar is not None and day.weekday() >= _SATURDAY and calendar.is_workday(day):
        weekday += "，调休上班"
    return f"{_plain(moment)}（{weekday}）"


def ranges(days: Iterable[date]) -> Iterator[tuple[date, date]]:
    """Ascending days compressed into unbroken ranges (first, last)."""
    first = last = None
    for day in days:
        if last is not None and first is not None and day - last != _DAY:
            yield first, last
            first = None
        first, last = first or day, day
    if first is not None and last is not None:
        yield first, last


def _set_outright(reckoning: Reckoning, title: str, basis: str) -> _Clause | None:
    """整改期限由整改方案确定为2026-12-31; ``None``: the end was counted, or is an instant."""
    if not isinstance(reckoning.term, Fixed) or not reckoning.term.whole_day:
        return None
    return _Clause(f"{title}由{basis}确定为" if basis else f"{title}确定为", reckoning.base_due_on)


def _first_clause(reckoning: Reckoning, head: str, event: str) -> _Clause:
    term, start = reckoning.term, legal_day(reckoning.start_at)
    if isinstance(term, Fixed):
        return _Clause(f"{head}，{start}{event}，指定最迟", _end(reckoning), "前完成")
    if term.hourly:
        at = _plain(reckoning.start_at)
        if term.direction is Direction.BEFORE:
            return _Clause(f"{head}，为{at}{event}前{term.text}，最迟", reckoning.due_at)
        return _Clause(
            f"{head}{term.text}，自{at}{event}时起连续计算（含夜间和节假日），",
            _base_end(reckoning, term),
            "届满",
        )
    if term.direction is Direction.BEFORE:
        return _Clause(f"{head}，为{start}{event}前{term.text}，最迟", reckoning.due_on)
    if term.unit is Unit.MD:
        return _Clause(f"{head}为{term.text}，{start}{event}，", reckoning.base_due_on, "届满")
    return _Clause(f"{head}{term.text}，自{start}{event}次日起算，", reckoning.base_due_on, "届满")


def _later_clauses(reckoning: Reckoning) -> Iterator[_Clause]:
    if reckoning.suspended:
        lost = "、".join(_lost(reckoning, one) for one in reckoning.suspended)
        yield _Clause(f"期间中止{lost}，期限相应顺延至", _after_suspension(reckoning))
    for extension in reckoning.extended:
        yield _Clause(f"经批准延长{extension.term.text}，延至", _to(reckoning, extension))
    if reckoning.due_on != reckoning.legal_due_on:
        yield _Clause("届满日为法定休息日，顺延至", reckoning.due_on)


def _remarks(reckoning: Reckoning) -> Iterator[str]:
    term = reckoning.term
    if isinstance(term, Term) and term.direction is Direction.BEFORE:
        yield "倒推的日期遇休息日不顺延，请提前办理"
    if any(one.still_open for one in reckoning.suspended):
        yield "目前仍在中止，恢复计时后届满日还会相应顺延"
    if not reckoning.confirmed:
        years = "、".join(f"{year}年" for year in reckoning.unconfirmed_years)
        early = reckoning.earlier_due_on
        advice = f"，请按较早的{early}安排工作" if early != reckoning.due_on else ""
        yield f"{years}放假安排尚未公布，暂按周六、周日休息计算，公布后可能变动{advice}"


def _steps(reckoning: Reckoning, event: str, calendar: Calendar | None) -> Iterator[Step]:
    yield from _opening_steps(reckoning, event)
    inner = [day for day in reckoning.skipped if day < reckoning.legal_due_on or not _rolled(reckoning)]
    for first, last in ranges(inner):
        days = (last - first).days + 1
        yield Step(first, f"{_span(first, last)} {_rest_name(first, last, calendar)}，{days}日不计入")
    if isinstance(reckoning.term, Term) and (reckoning.suspended or reckoning.extended):
        base = _base_end(reckoning, reckoning.term)
        yield Step(reckoning.base_due_on, f"原法定届满：{_plain(base)}")
    elif reckoning.extended:
        yield Step(reckoning.base_due_on, f"原定期限：{reckoning.base_due_on}")
    for span in reckoning.suspended:
        until = "至今（仍在中止）" if span.still_open else f"至{_when(reckoning, span.to_at)}"
        begun = _when(reckoning, span.from_at)
        text = f"中止：{begun}{until}，{_lost(reckoning, span)}不计入"
        yield Step(legal_day(span.from_at), text)
    known = "法定届满日" if isinstance(reckoning.term, Term) else "定期限"
    for extension in reckoning.extended:
        to = _plain(_to(reckoning, extension))
        yield Step(extension.from_on, f"经批准延长{extension.term.text}，自原{known}起算，延至{to}")
    if _rolled(reckoning):
        first, last = reckoning.legal_due_on, reckoning.due_on - _DAY
        why = f"{_span(first, last)} {_rest_name(first, last, calendar)}"
        yield Step(first, f"法定届满日{first}为休息日（{why}），顺延至其后第一个工作日")
    for remark in _remarks(reckoning):
        yield Step(None, remark)
    yield Step(reckoning.due_on, f"最后期限：{moment_text(_end(reckoning), calendar)}{_closing(reckoning)}")


def _opening_steps(reckoning: Reckoning, event: str) -> Iterator[Step]:
    term, start = reckoning.term, legal_day(reckoning.start_at)
    yield Step(start, f"{event}：{_plain(reckoning.start_at)}")
    if isinstance(term, Fixed) or term.unit is Unit.MD:
        return
    if term.hourly:
        yield Step(start, "按小时连续计算，夜间、周末和节假日都计入")
    elif term.direction is Direction.BEFORE:
        yield Step(start, f"当日不计入，往前数{term.text}")
    else:
        yield Step(start + _DAY, f"{start}当日不计入，自{start + _DAY}起算，共{term.text}")


def _closing(reckoning: Reckoning) -> str:
    return "" if reckoning.hourly else "24:00"


def _rolled(reckoning: Reckoning) -> bool:
    return reckoning.due_on != reckoning.legal_due_on


def _end(reckoning: Reckoning) -> date | datetime:
    return reckoning.due_at if reckoning.hourly else reckoning.due_on


def _base_end(reckoning: Reckoning, term: Term) -> date | datetime:
    return reckoning.start_at + term.length * _HOUR if term.hourly else reckoning.base_due_on


def _to(reckoning: Reckoning, extension: Extension) -> date | datetime:
    return extension.to_at if reckoning.hourly else extension.to_on


def _after_suspension(reckoning: Reckoning) -> date | datetime:
    if not reckoning.extended:
        return reckoning.due_at if reckoning.hourly else reckoning.legal_due_on
    first = reckoning.extended[0]
    return first.to_at - first.term.length * _HOUR if reckoning.hourly else first.from_on


def _lost(reckoning: Reckoning, span: Suspension) -> str:
    if reckoning.hourly:
        hours, minutes = divmod(int(span.span.total_seconds()) // 60, 60)
        return f"{hours}小时{minutes}分" if minutes else f"{hours}小时"
    working = isinstance(reckoning.term, Term) and reckoning.term.unit is Unit.WD
    return f"{span.days}个工作日" if working else f"{span.days}日"


def _when(reckoning: Reckoning, at: datetime) -> str:
    return _plain(at if reckoning.hourly else legal_day(at))


def _plain(moment: date | datetime) -> str:
    if isinstance(moment, datetime):
        return moment.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    return moment.isoformat()


def _span(first: date, last: date) -> str:
    return first.isoformat() if first == last else f"{first}至{last}"


def _rest_name(first: date, last: date, calendar: Calendar | None) -> str:
    days = [first + n * _DAY for n in range((last - first).days + 1)]
    names = dict.fromkeys(name for day in days if calendar and (name := calendar.name_of(day)))
    if names:
        return "、".join(names)
    return "周末" if all(day.weekday() >= _SATURDAY for day in days) else "法定休息日"
