"""What must hold before a problem enters a ledger: known units, a free number, a known type, a day that has come."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from sqlalchemy import select

from models.domain.errors import Duplicate, Flaw, Invalid
from models.domain.rectification.drafts import ItemDraft
from models.domain.timing.calendar import legal_day
from models.operations.act import Act
from models.operations.people import reach
from models.tables.ledgers import items as T

EARLIEST_YEAR: Final = 1949
"""As in the sheets that are imported: what is typed can be exported and read back."""


def check(act: Act, draft: ItemDraft) -> None:
    """Raises ``Invalid`` with every flaw at once; ``Duplicate``: the number is taken."""
    flaws = [*_units(act, draft), *_type(act, draft), *_date(act, draft)]
    if flaws:
        raise Invalid(flaws=flaws)
    taken = select(T.c.case_id).where(T.c.ledger_id == draft.ledger_id, T.c.problem_no == draft.problem_no)
    if act.db.execute(taken.limit(1)).first() is not None:
        raise Duplicate(f"本清单已有编号“{draft.problem_no}”的问题，请核对或换一个编号")


def _units(act: Act, draft: ItemDraft) -> Iterator[Flaw]:
    named = [(f"/responsible/{i}", unit) for i, unit in enumerate(draft.responsible)]
    named += [(f"/joint/{i}", unit) for i, unit in enumerate(draft.joint)]
    named += [("/lead", draft.lead)] if draft.lead else []
    for pointer, unit in named:
        if not known(act, unit):
            yield Flaw(pointer, "unknown_unit", "没有这个单位，请先在单位资料中登记")


def known(act: Act, unit_id: UUID) -> bool:
    """Whether the actor's book of units holds it: one of a neighbour's is as little there as none."""
    unit = act.law.units.get(unit_id)
    return unit is not None and reach.sees_unit(act.actor, unit.division)


def _type(act: Act, draft: ItemDraft) -> Iterator[Flaw]:
    """A type nobody knows would silently follow the general standard."""
    types = {one.type for one in act.law.standards}
    if draft.problem_type is not None and draft.problem_type not in types:
        told = f"没有这个问题类型的验收标准；可用：{'、'.join(sorted(types))}"
        yield Flaw("/problem_type", "unknown_type", told)


def _date(act: Act, draft: ItemDraft) -> Iterator[Flaw]:
    if draft.listed_on > legal_day(act.now):
        yield Flaw("/listed_on", "in_future", "交办日期不能晚于今天")
    if draft.listed_on.year < EARLIEST_YEAR:
        yield Flaw("/listed_on", "too_early", f"年份不对，应在 {EARLIEST_YEAR} 年以后")
