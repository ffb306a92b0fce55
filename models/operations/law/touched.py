"""Which running clocks a change of calendar or rules may concern, as one clause: never a look at all of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from sqlalchemy import ColumnElement, and_, func, or_, select

from models.domain.ids import moment_of
from models.domain.timing.calendar import end_of_day
from models.operations.act import Act
from models.tables.deadlines import calendar_years, rules
from models.tables.deadlines import deadlines as T

_DAY: Final = timedelta(days=1)


def touched_clocks(act: Act) -> ColumnElement[bool]:
    """
    Clocks that a change may concern: unconfirmed ones, and those that began before a year they span was loaded
    or before a rule version of their start day was added. The rest were reckoned with what holds today.
    """
    reasons: list[ColumnElement[bool]] = [T.c.calendar_unconfirmed.is_(True)]
    for year in act.db.execute(select(calendar_years.c.year, calendar_years.c.loaded_at)):
        first, last = date(year.year, 1, 1), date(year.year, 12, 31)
        spans = and_(T.c.started_at < end_of_day(last), T.c.due_at > end_of_day(first - _DAY))
        reasons.append(and_(T.c.started_at < year.loaded_at, spans))
    several = select(rules.c.rule_id).group_by(rules.c.rule_id).having(func.count() > 1)
    versions = select(rules.c.id, rules.c.rule_id, rules.c.valid_from, rules.c.valid_to)
    for row in act.db.execute(versions.where(rules.c.rule_id.in_(several))):
        # The id of a rule carries the moment at which it was added (UUIDv7).
        window = [T.c.started_at < moment_of(row.id), T.c.started_at >= end_of_day(row.valid_from - _DAY)]
        if row.valid_to is not None:
            window.append(T.c.started_at < end_of_day(row.valid_to))
        reasons.append(and_(T.c.rule_id == row.rule_id, *window))
    return or_(*reasons)
