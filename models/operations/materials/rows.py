"""The rows of an item's file read as plain values: what is there, what it declares."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, select

from models.domain.acceptance.comparing import Poll, Report, Sample
from models.domain.acceptance.dossier import Held
from models.domain.acceptance.materials import MaterialKind, Phase
from models.domain.acceptance.stations import Photo, Station, taken_on
from models.domain.errors import NotFound
from models.operations.act import Act
from models.operations.casework import sight
from models.tables.base import AnyRow
from models.tables.ledgers import items
from models.tables.materials import materials as T
from models.tables.materials import stations
from models.tables.publications import objections, publications

_case_id = bindparam("b_case", type_=T.c.case_id.type)
_ITEM: Final = select(items).where(items.c.case_id == _case_id)
_ALL: Final = select(T).where(T.c.case_id == _case_id).order_by(T.c.received_at, T.c.id)
_ONE: Final = select(T).where(T.c.case_id == _case_id, T.c.id == bindparam("b_id", type_=T.c.id.type))
_STATIONS: Final = select(stations).where(stations.c.case_id == _case_id).order_by(stations.c.no)
_OBJECTION: Final = (
    select(objections.c.id)
    .join(publications, publications.c.id == objections.c.publication_id)
    .where(publications.c.case_id == _case_id)
    .limit(1)
)


def item_of(act: Act, case_id: UUID) -> AnyRow:
    """The ledger item of a case. Raises ``NotFound``: the case is no 整改问题 and has no such file."""
    item = act.db.execute(_ITEM, {"b_case": case_id}).one_or_none()
    if item is None:
        raise NotFound("没有找到：只有整改问题有一事一档")
    return item


def all_of(act: Act, case_id: UUID) -> Sequence[AnyRow]:
    """Every material of a case, voided ones too, in the order they came."""
    return act.db.execute(_ALL, {"b_case": case_id}).all()


def one_of(act: Act, case_id: UUID, material_id: UUID) -> AnyRow:
    """One material of a case in sight. Raises ``NotFound``, with its journal row."""
    row = act.db.execute(_ONE, {"b_case": case_id, "b_id": material_id}).one_or_none()
    if row is None:
        raise sight.unseen(act, material_id)
    return row


def stations_of(act: Act, case_id: UUID) -> Sequence[AnyRow]:
    """The photo stations of a case by number."""
    return act.db.execute(_STATIONS, {"b_case": case_id}).all()


def objected(act: Act, case_id: UUID) -> bool:
    """Whether anybody objected to what was published about the case."""
    return act.db.execute(_OBJECTION, {"b_case": case_id}).first() is not None


def counting(rows: Iterable[AnyRow]) -> list[AnyRow]:
    """The materials that count: arrived and not voided."""
    return [row for row in rows if row.arrived_at is not None and row.voided_at is None]


def held(row: AnyRow) -> Held:
    """What a material is in the catalogue."""
    return Held(row.kind, _phase(row.facts), row.facts.get("name"))


def station(row: AnyRow) -> Station:
    return Station(row.id, row.no, row.text, row.lon, row.lat, row.heading)


def photo(row: AnyRow) -> Photo:
    """What a photo declares; its place in WGS-84."""
    facts = row.facts
    named = facts.get("station_id")
    return Photo(
        station_id=UUID(named) if named else None,
        phase=Phase(facts["phase"]),
        lon=facts.get("lon"),
        lat=facts.get("lat"),
        heading=facts.get("heading"),
        taken_on=taken_on(facts),
    )


def photos(rows: Iterable[AnyRow]) -> list[Photo]:
    return [photo(row) for row in rows if row.kind is MaterialKind.PHOTO]


def reports(rows: Iterable[AnyRow]) -> list[Report]:
    """The monitoring reports as declared."""
    return [_report(row.facts) for row in rows if row.kind is MaterialKind.MONITORING]


def polls(rows: Iterable[AnyRow]) -> list[Poll]:
    """The surveys as declared."""
    facts = [row.facts for row in rows if row.kind is MaterialKind.SURVEY]
    return [
        Poll(one["given_out"], one["returned"], one["satisfied"], date.fromisoformat(one["on"]))
        for one in facts
    ]


def _phase(facts: dict[str, Any]) -> Phase | None:
    return Phase(facts["phase"]) if "phase" in facts else None


def _report(facts: dict[str, Any]) -> Report:
    until = facts.get("valid_until")
    return Report(
        cma_no=facts["cma_no"],
        reported_on=date.fromisoformat(facts["reported_on"]),
        samples=tuple(
            Sample(
                one["point"],
                date.fromisoformat(one["on"]),
                # By way of text: 18.6 is meant, not the binary fraction nearest to it.
                {name: Decimal(str(value)) for name, value in one["values"].items()},
            )
            for one in facts["samples"]
        ),
        valid_until=date.fromisoformat(until) if until else None,
    )
