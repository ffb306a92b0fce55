"""Reporting the progress of an item for a month, and reviewing the report; never by the same person."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from models.domain.errors import Conflict, Flaw, GuardsUnmet, Invalid, Unmet
from models.domain.rectification.periods import UNDER_WAY, check_report, word_of
from models.domain.rectification.words import Progress
from models.domain.states import Action
from models.domain.timing.calendar import legal_day
from models.operations.act import Act
from models.operations.periods import keeping, parts, reports, rows
from models.operations.periods.reports import Report
from models.tables.cases import steps
from models.tables.ledgers import items
from models.tables.periods import entries, periods


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryDraft:
    """A month's report on an item; ``invested_yuan`` in whole 元 since the work began, ``progress``: see words."""

    this_month: str | None
    percent: int
    invested_yuan: int
    difficulties: str | None = None
    next_steps: str | None = None
    expected_on: date | None = None
    progress: Progress | None = None
    no_change: bool = False
    no_change_reason: str | None = None


def fill(act: Act, period_id: UUID, case_id: UUID, draft: EntryDraft, *, version: int | None) -> int:
    """
    Report a month's progress; filling again undoes the review.

    Returns:
        The new version of the report.

    Raises:
        NotFound; Forbidden: neither a liaison of a responsible unit nor the office; Invalid; VersionMissing,
        StaleVersion; Conflict: frozen, not yet open, past the cut-off, or nothing to report any more.
    """
    report = reports.lock(act, period_id, case_id)
    office = parts.may_fill(act, report.case)
    check_report(
        progress=draft.progress, office=office, no_change=draft.no_change, this_month=draft.this_month
    )
    if draft.no_change and not draft.no_change_reason and _no_change_before(act, report):
        raise Invalid(flaws=[Flaw("/no_change_reason", "missing", "连续第二个月起“无变化”须说明原因")])
    keeping.current(version, report.version)
    reports.fillable(act, report)
    values: dict[str, Any] = asdict(draft) | {"filled_by": act.actor.account_id, "filled_at": act.now}
    values |= {"reviewed_by": None, "reviewed_at": None, "returned_note": None}
    reports.write(act, report, values, "progress.fill")
    return report.version + 1


def review(
    act: Act, period_id: UUID, case_id: UUID, *, accept: bool, note: str | None, version: int | None
) -> int:
    """
    Accept a report, or send it back with a note; accepted figures become those of the item under way.

    Returns:
        The new version of the report.

    Raises:
        NotFound; Forbidden: neither the lead unit's verifier nor the office; Invalid: no note; VersionMissing,
        StaleVersion; Conflict: frozen, or nothing filled; GuardsUnmet: one's own report.
    """
    report = reports.lock(act, period_id, case_id)
    parts.may_review(act, report.case)
    if not accept and not note:
        raise Invalid(flaws=[Flaw("/note", "missing", "退回须写明要补充或更正什么")])
    keeping.current(version, report.version)
    keeping.still_open(report.period)
    entry = report.entry
    if entry is None or entry.returned_note is not None:
        raise Conflict("还没有可以审核的填报，请先由责任单位填报")
    if entry.filled_by in keeping.persons(act.actor):
        raise GuardsUnmet([Unmet("four_eyes", "填报人及其代理人不能审核自己的填报，请由另一人审核")])
    values = {
        "reviewed_by": act.actor.account_id,
        "reviewed_at": act.now if accept else None,
        "returned_note": None if accept else note,
    }
    reports.write(act, report, values, "progress.accept" if accept else "progress.return")
    if accept:
        _take_over(act, report)
    return report.version + 1


def _take_over(act: Act, report: Report) -> None:
    """
    Put percent and word of an accepted report on the item under way.

    The case is locked but keeps its version: nobody decides on a step by this figure, and a person at work on the
    item must not be sent back because a month's report was accepted meanwhile.
    """
    if report.case.state not in UNDER_WAY:
        return
    item = act.db.execute(select(items).where(items.c.case_id == report.case.id)).one()
    entry = reports.entry_of(act, report.period.id, report.case.id)
    confirmed = act.db.execute(
        select(func.max(steps.c.at)).where(
            steps.c.case_id == report.case.id, steps.c.action == Action.CONFIRM_PLAN
        )
    ).scalar_one()
    standing = rows.standing_of(
        item, report.case.state, confirmed, entry, due_on=item.due_on, percent=item.percent
    )
    word = word_of(standing, legal_day(act.now), report.period.tolerance)
    act.db.execute(
        update(items).where(items.c.case_id == report.case.id).values(percent=standing.percent, progress=word)
    )


def _no_change_before(act: Act, report: Report) -> bool:
    """Whether the report of the period before said "no change" already."""
    last = (
        select(entries.c.no_change)
        .join(periods, periods.c.id == entries.c.period_id)
        .where(
            entries.c.case_id == report.case.id,
            periods.c.division_code == report.period.division_code,
            periods.c.month < report.period.month,
        )
        .order_by(periods.c.month.desc())
        .limit(1)
    )
    return bool(act.db.execute(last).scalar())
