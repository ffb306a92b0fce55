"""The calendar 日历 of a year: what the State Council's notice says, as loaded; loading another one."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from sqlalchemy import select

from models.domain.errors import Flaw, Invalid
from models.domain.timing.calendar import CalendarYear, legal_day, parse_csv
from models.operations.act import Act
from models.operations.law import moves, reference
from models.tables.deadlines import calendar_days, calendar_years

FIRST_YEAR: Final = 2000
POINTER: Final = "/csv"
"""The field the text came in; a flaw names its line in words."""

LISTED_MOST: Final = 20
"""Moves listed in the answer of a change; the rest under ``/v1/deadlines/moves``."""


def year(act: Act, wanted: int | None) -> dict[str, Any]:
    """One year (this one, unless told): its notice and exceptions; not ``confirmed`` while none is loaded."""
    number = wanted or legal_day(act.now).year
    head = act.db.execute(select(calendar_years).where(calendar_years.c.year == number)).one_or_none()
    days = select(calendar_days).where(calendar_days.c.year == number).order_by(calendar_days.c.day)
    loaded = select(calendar_years.c.year).order_by(calendar_years.c.year)
    return {
        "year": number,
        "confirmed": head is not None,
        "notice": head.notice if head else None,
        "origin": head.origin if head else None,
        "loaded_at": head.loaded_at if head else None,
        "days": act.db.execute(days).all(),
        "years": list(act.db.execute(loaded).scalars()),
    }


def load(act: Act, text: str) -> dict[str, Any]:
    """
    Load one year from CSV (``models.domain.timing.calendar``) in place of what was there.

    Gives the year and what would move by it; nothing moves by itself.

    Raises:
        Invalid: one flaw per bad line; no notice; a year whose arrangement nobody can know yet.
    """
    published = _published(text)
    _credible(act, published)
    reference.add_year(act, published, origin="local")
    return {"calendar": year(act, published.year), **consequences(act)}


def consequences(act: Act) -> dict[str, Any]:
    """What the change just made would move: numbers for all, and the first ones the actor may see."""
    act.law = reference.load(act.db)
    listed, _ = moves.pending(act, limit=LISTED_MOST, after=None)
    return {"impact": moves.impact(act), "moves": listed}


def _published(text: str) -> CalendarYear:
    try:
        return parse_csv(text)
    except Invalid as error:
        flaws = [replace(flaw, pointer=POINTER) for flaw in error.flaws]
        raise Invalid(error.message, flaws=flaws) from None


def _credible(act: Act, published: CalendarYear) -> None:
    flaws = []
    if not published.notice.strip():
        flaws.append(Flaw(POINTER, "no_notice", "请以“# ”开头写明放假通知的名称和文号"))
    next_year = legal_day(act.now).year + 1
    if not FIRST_YEAR <= published.year <= next_year:
        said = f"只能导入{FIRST_YEAR}年至{next_year}年；更晚年份的放假安排尚未公布"
        flaws.append(Flaw(POINTER, "year", said))
    if flaws:
        raise Invalid("节假日安排文件有误，请修改后重新导入", flaws=flaws)
