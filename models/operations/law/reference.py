"""
Law as data: shipped rules and calendars loaded into tables beside local ones, and read back as one ``Law``.

An upgrade adds versions and never touches local rows. Whatever changes here raises ``reference_version``,
which every process notices with its next request.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, insert, select, update

from models.domain.catalogue import Catalogue, parse_elements, parse_words
from models.domain.law import Division, Law, UnitInfo
from models.domain.timing.calendar import Calendar, CalendarYear, parse_csv
from models.domain.timing.reminders import Stage, parse_ladder
from models.domain.timing.rule_cells import cells_of, rule_of
from models.domain.timing.rules import Rule, parse_rules
from models.operations.act import Act
from models.operations.law import standards
from models.tables.base import AnyRow
from models.tables.deadlines import calendar_days, calendar_years, rules
from models.tables.journal import instance
from models.tables.people import divisions, units

SHIPPED: Final = files("models.reference")


def load(db: Connection) -> Law:
    """The snapshot as the database has it now."""
    home = db.execute(select(instance.c.kind, instance.c.reference_version)).one()
    return Law(
        version=home.reference_version,
        sample=home.kind == "sample",
        calendar=_calendar(db),
        rules=tuple(_rules(db)),
        stages=shipped_stages(),
        catalogue=shipped_catalogue(),
        divisions={
            row.code: Division(row.code, row.name, row.level, row.parent, row.successor)
            for row in db.execute(select(divisions))
        },
        units={
            row.id: UnitInfo(row.id, row.name, row.parent_id, row.division_code, row.number_prefix)
            for row in db.execute(select(units))
        },
        standards=standards.load(db),
    )


def version(db: Connection) -> int:
    return int(db.execute(select(instance.c.reference_version)).scalar_one())


@cache
def shipped_catalogue() -> Catalogue:
    """The categories and triage words; they change with a release only."""
    return Catalogue(
        parse_elements((SHIPPED / "categories.toml").read_text("utf-8")),
        parse_words((SHIPPED / "triage_words.toml").read_text("utf-8")),
    )


def shipped_stages() -> tuple[Stage, ...]:
    return parse_ladder((SHIPPED / "ladder.toml").read_text("utf-8"))


def shipped_rules() -> tuple[Rule, ...]:
    """Limits for doing something, and terms for keeping it (``domain.timing.retention``)."""
    return tuple(
        rule
        for name in ("rules.toml", "retention.toml")
        for rule in parse_rules((SHIPPED / name).read_text("utf-8"))
    )


def shipped_years() -> tuple[CalendarYear, ...]:
    folder = SHIPPED / "calendar"
    return tuple(
        parse_csv(file.read_text("utf-8"))
        for file in sorted(folder.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".csv")
    )


def seed(
    act: Act, shipped: Sequence[Rule] | None = None, years: Sequence[CalendarYear] | None = None
) -> None:
    """
    Add what is shipped and not yet there; local rules and loaded years stay as they are.

    A shipped version that has been given an end since is ended first, so that its successor fits.
    """
    wanted = shipped_rules() if shipped is None else shipped
    known = {
        (row.rule_id, row.scope, row.valid_from): row
        for row in act.db.execute(select(rules).where(rules.c.origin == "shipped"))
    }
    for rule in wanted:
        there = known.get((rule.rule_id, rule.scope.value, rule.valid_from))
        if there is not None and there.valid_to is None and rule.valid_to is not None:
            end_rule(act, there, rule.valid_to)
    for rule in wanted:
        if (rule.rule_id, rule.scope.value, rule.valid_from) not in known:
            add_rule(act, rule, origin="shipped")
    loaded = set(act.db.execute(select(calendar_years.c.year)).scalars())
    for year in shipped_years() if years is None else years:
        if year.year not in loaded:
            add_year(act, year, origin="shipped")


def add_rule(act: Act, rule: Rule, *, origin: str) -> UUID:
    """
    Add one version of a rule; running clocks keep theirs.

    Raises:
        RuleOverlap: the window overlaps another of the same rule, scope and origin (told by the database).
    """
    data = cells_of(rule)
    row_id = act.new_id()
    act.db.execute(
        insert(rules).values(
            id=row_id,
            rule_id=rule.rule_id,
            scope=rule.scope.value,
            origin=origin,
            valid_from=rule.valid_from,
            valid_to=rule.valid_to,
            data=data,
            digest=_digest(data),
        )
    )
    act.note("rule.add", "rule", rule.version, chain="00", fields=sorted(data), content=data)
    changed(act)
    return row_id


def end_rule(act: Act, row: AnyRow, last_day: date) -> None:
    """Give an open window its last day; ``row`` is the rule's row."""
    data = {**row.data, "valid_to": last_day.isoformat()}
    act.db.execute(
        update(rules).where(rules.c.id == row.id).values(valid_to=last_day, data=data, digest=_digest(data))
    )
    version = f"{row.rule_id}@{row.scope}@{row.valid_from}"
    act.note("rule.end", "rule", version, chain="00", fields=("valid_to",), content=data)
    changed(act)


def _digest(data: Mapping[str, Any]) -> bytes:
    return sha256(json.dumps(data, sort_keys=True, ensure_ascii=False).encode()).digest()


def add_year(act: Act, year: CalendarYear, *, origin: str) -> None:
    """Add, or replace, one year's calendar. Nothing moves by itself: see ``moves``."""
    act.db.execute(calendar_days.delete().where(calendar_days.c.year == year.year))
    act.db.execute(calendar_years.delete().where(calendar_years.c.year == year.year))
    act.db.execute(
        insert(calendar_years).values(
            year=year.year, notice=year.notice[:300], origin=origin, loaded_at=act.now
        )
    )
    act.db.execute(
        insert(calendar_days),
        [
            {"day": day, "year": year.year, "is_workday": works, "name": year.names.get(day, "")}
            for day, works in sorted(year.days.items())
        ],
    )
    content = {"notice": year.notice, "days": {str(day): works for day, works in sorted(year.days.items())}}
    act.note("calendar.load", "calendar", year.year, chain="00", fields=("notice", "days"), content=content)
    changed(act)


def changed(act: Act) -> None:
    """Let every process know that law, calendar, divisions or units are not what they were."""
    act.db.execute(update(instance).values(reference_version=instance.c.reference_version + 1))


def _calendar(db: Connection) -> Calendar:
    rows = db.execute(select(calendar_days.c.day, calendar_days.c.is_workday, calendar_days.c.name)).all()
    days: Mapping[date, bool] = {row.day: row.is_workday for row in rows}
    years = set(db.execute(select(calendar_years.c.year)).scalars())
    return Calendar.of(days, years, names={row.day: row.name for row in rows if row.name})


def _rules(db: Connection) -> list[Rule]:
    # Local versions come after shipped ones: within one scope ``choose`` takes the last, so ours prevails.
    order = (rules.c.rule_id, rules.c.origin.desc(), rules.c.valid_from)
    found: list[dict[str, Any]] = list(db.execute(select(rules.c.data).order_by(*order)).scalars())
    return [rule_of(data) for data in found]
