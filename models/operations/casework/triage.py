"""Triage 初审: the clerk corrects what a case says of itself before it is accepted."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert, update

from models.domain.errors import IllegalTransition
from models.domain.law import chain_of
from models.domain.states import STATE_TITLES, State
from models.operations import deadlines
from models.operations.act import Act
from models.operations.casework import case_facts, placing, sight
from models.operations.once import Key, once
from models.operations.reckoning import event_at
from models.tables.base import AnyRow
from models.tables.cases import cases as T
from models.tables.cases import categories

CORRECTABLE: Final = frozenset({State.REGISTERED, State.AWAITING_SUPPLEMENT})
URGENT: Final = "RPT_URGENT"


def correct(
    act: Act, case_id: UUID, changes: dict[str, Any], *, version: int | None, key: Key | None = None
) -> UUID:
    """
    Change title, working text, categories, place or urgency; a retry under the same key changes nothing more.

    Raises:
        NotFound, Forbidden, Invalid, VersionMissing, StaleVersion; IllegalTransition once accepted.
    """
    return once(
        act, key, f"cases.correct/{case_id}", changes, lambda: _correct(act, case_id, {**changes}, version)
    )


def _correct(act: Act, case_id: UUID, changes: dict[str, Any], version: int | None) -> UUID:
    case = sight.lock(act, case_id)
    place = changes.pop("place", None)
    columns = {name: value for name, value in changes.items() if value is not None}
    act.law.catalogue.check(columns.get("categories", ()))
    if place is not None:
        columns |= placing.own_columns(act, place)
    _refuse_late(act, case, version)
    if "categories" in columns:
        _categories(act, case_id, columns["categories"])
    due = _urgency(act, case, columns.get("urgent", case.urgent))
    act.db.execute(
        update(T)
        .where(T.c.id == case_id)
        .values(**columns, **due, version=case.version + 1, changed_at=act.now)
    )
    act.note(
        "case.correct",
        "case",
        case_id,
        chain=chain_of(case.division_code),
        fields=sorted(columns),
        content={
            name: columns[name] for name in sorted(columns) if name in ("title", "working_text", "urgent")
        },
    )
    return case_id


def _refuse_late(act: Act, case: AnyRow, version: int | None) -> None:
    sight.current(act, case, version)
    if case.state not in CORRECTABLE:
        raise IllegalTransition(
            f"案件目前是“{STATE_TITLES[case.state]}”，受理后不再改动登记内容，请通过办理步骤说明"
        )


def _categories(act: Act, case_id: UUID, wanted: list[str]) -> None:
    act.db.execute(categories.delete().where(categories.c.case_id == case_id))
    if wanted:
        act.db.execute(
            insert(categories), [{"case_id": case_id, "category": one} for one in dict.fromkeys(wanted)]
        )


def _urgency(act: Act, case: AnyRow, urgent: bool) -> dict[str, Any]:
    """Start or cancel the clock of an urgent complaint with the mark; gives the nearest end when it changed."""
    filed = case_facts.complaints_of(act, case.id)
    if urgent == case.urgent or not filed:
        return {}
    if not urgent:
        deadlines.stop(act, deadlines.running(act, case.id), (URGENT,), cancelled=True)
    elif not deadlines.reopen(act, case, (URGENT,), ended="cancelled"):
        known_at = event_at(act, URGENT, case.division_code, case.received_at, filed[0].dispatched_at)
        deadlines.start(act, case, URGENT, known_at, limits=None)
    return deadlines.nearest(act, case.id)
