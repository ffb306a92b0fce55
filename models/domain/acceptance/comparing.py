"""Holding reports 监测报告 and surveys 群众评议 against an acceptance standard; pure, each flaw one sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from models.domain.acceptance.standards import Indicator, Monitoring, Standard, Survey
from models.domain.timing.terms import months_after

CMA: Final = re.compile(r"[0-9]{12}", re.ASCII)
"""A 资质认定证书编号: two digits each of year, authority and field, then six more. [M]"""


@dataclass(frozen=True, slots=True)
class Sample:
    """What was measured at one place on one day, by name of indicator, in the units of the standard."""

    point: str
    on: date
    values: Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Report:
    """A monitoring report as declared."""

    cma_no: str
    reported_on: date
    samples: tuple[Sample, ...]
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class Poll:
    """A survey as declared: forms given out, given back, satisfied."""

    given_out: int
    returned: int
    satisfied: int
    on: date


def compare(
    standard: Standard,
    reports: Sequence[Report],
    polls: Sequence[Poll],
    *,
    finished_on: date | None,
    today: date,
) -> tuple[str, ...]:
    """
    Every point in which the standard is not met; empty when it is.

    Only what was sampled on or after ``finished_on`` counts. At each place the latest samples count, as many as
    the standard asks for: an early bad day is outlived by good ones, a late one is not.
    """
    if standard.monitoring is None and standard.survey is None:
        return ()
    if finished_on is None:
        return ("还没有登记整改完成日期，不能判断监测和评议是否在完成之后",)
    found: list[str] = []
    if standard.monitoring is not None:
        found += _reports_flaws(reports, standard.monitoring, today)
        good = [
            sample for one in reports if _usable(one, standard.monitoring, today) for sample in one.samples
        ]
        found += _samples_flaws(good, standard, standard.monitoring, finished_on)
    if standard.survey is not None:
        found += _polls_flaws(polls, standard.survey, finished_on)
    return tuple(found)


def good_until(report: Report, monitoring: Monitoring) -> date:
    """The last day of a report: its own, but never later than the standard allows."""
    term = months_after(report.reported_on, monitoring.valid_months)
    return term if report.valid_until is None else min(term, report.valid_until)


def _usable(report: Report, monitoring: Monitoring, today: date) -> bool:
    return CMA.fullmatch(report.cma_no) is not None and good_until(report, monitoring) >= today


def _reports_flaws(reports: Sequence[Report], monitoring: Monitoring, today: date) -> Iterator[str]:
    """Reports that do not count, as long as none counts instead of them."""
    if any(_usable(one, monitoring, today) for one in reports):
        return
    for one in reports:
        if CMA.fullmatch(one.cma_no) is None:
            yield f"{one.reported_on}的监测报告资质认定（CMA）证书编号应为12位数字"
        elif (last := good_until(one, monitoring)) < today:
            yield f"{one.reported_on}的监测报告有效期至{last}，已经过期"


def _samples_flaws(
    samples: Sequence[Sample], standard: Standard, monitoring: Monitoring, finished_on: date
) -> Iterator[str]:
    counted = [one for one in samples if one.on >= finished_on]
    early = sorted({one.on for one in samples if one.on < finished_on})
    if early and not counted:
        yield f"采样日期{'、'.join(map(str, early))}早于整改完成日期{finished_on}，不能作为验收依据"
    places: dict[str, list[Sample]] = {}
    for one in sorted(counted, key=lambda sample: sample.on):
        places.setdefault(one.point, []).append(one)
    if len(places) < monitoring.points:
        yield f"整改完成（{finished_on}）后采样的监测点有{len(places)}个，应不少于{monitoring.points}个"
    for point, taken in places.items():
        yield from _place_flaws(point, taken, standard.indicators, monitoring)


def _place_flaws(
    point: str, taken: Sequence[Sample], indicators: Sequence[Indicator], monitoring: Monitoring
) -> Iterator[str]:
    days = sorted({one.on for one in taken})
    if len(days) < monitoring.samples:
        yield f"监测点“{point}”采样{len(days)}次，应不少于{monitoring.samples}次"
    elif (spread := (days[-1] - days[0]).days) < monitoring.spread_days:
        yield f"监测点“{point}”首末次采样相隔{spread}天，应不少于{monitoring.spread_days}天"
    since = days[-monitoring.samples :][0]
    for one in (sample for sample in taken if sample.on >= since):
        for indicator in indicators:
            value = one.values.get(indicator.name)
            where = f"监测点“{point}”{one.on}的{indicator.name}"
            if value is None:
                yield f"{where}没有数据"
            elif not indicator.holds(value):
                yield f"{where}为{value:f}{indicator.unit}，{indicator.told}"


def _polls_flaws(polls: Sequence[Poll], survey: Survey, finished_on: date) -> Iterator[str]:
    after = [one for one in polls if one.on >= finished_on]
    if not after:
        said = "、".join(str(one.on) for one in polls)
        yield f"还没有整改完成（{finished_on}）后的群众评议" + (f"，{said}的在完成之前" if said else "")
        return
    last = max(after, key=lambda one: one.on)
    if last.returned < survey.least_forms:
        yield f"{last.on}的群众评议收回{last.returned}份，应不少于{survey.least_forms}份"
    if last.satisfied * 100 < survey.least_percent * last.returned:
        share = last.satisfied * 100 / last.returned
        yield f"{last.on}的群众评议满意率{share:.1f}%，应不低于{survey.least_percent}%"
