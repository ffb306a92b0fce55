"""The catalogue of an item's file, its materials, stations and the standard, as they are shown."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

from api.schemas.base import Out
from models.domain.acceptance.dossier import Line, title_of
from models.domain.acceptance.materials import KIND_TITLES, MaterialKind, Phase
from models.domain.acceptance.standards import LIMIT_TITLES, Due, Limit, Paper, Standard, When
from models.domain.rectification.places import station_text
from models.domain.timing.rules import Confidence, Scope
from models.operations.materials.viewing import Dossier
from models.tables.base import AnyRow


class MaterialOut(Out):
    """A material as declared; ``arrived_at`` is null while its promised file is not here."""

    id: UUID
    kind: MaterialKind
    kind_title: str
    title: str
    facts: dict[str, Any]
    file_name: str
    sha256: str
    size: int
    sm3: str | None
    media_type: str | None
    round: int
    unit_id: UUID | None
    uploaded_by: UUID
    received_at: datetime
    arrived_at: datetime | None
    voided_at: datetime | None
    void_reason: str | None
    remark: str | None

    @classmethod
    def of(cls, row: AnyRow, remark: str | None = None) -> Self:
        shown = {
            "kind_title": KIND_TITLES[row.kind],
            "sha256": row.sha256.hex(),
            "sm3": row.sm3.hex() if row.sm3 else None,
            "remark": remark,
        }
        return cls.model_validate(dict(row._mapping) | shown)


class StationOut(Out):
    """A photo station; WGS-84, with the values as they were given."""

    id: UUID
    no: int
    text: str
    lon: float | None
    lat: float | None
    datum: str | None
    given_lon: float | None
    given_lat: float | None
    heading: int | None
    k_station: str | None

    @classmethod
    def of(cls, row: AnyRow) -> Self:
        metres = row.k_station_m
        text = None if metres is None else station_text(metres)
        return cls.model_validate(dict(row._mapping) | {"k_station": text})


class StationsOut(Out):
    """The stations of an item; the list is short and has one page."""

    items: list[StationOut]
    next: str | None


class PaperOut(Out):
    """A paper a standard asks for."""

    kind: MaterialKind
    title: str
    due: Due
    when: When
    confidence: Confidence
    name: str | None
    phase: Phase | None

    @classmethod
    def of(cls, paper: Paper) -> Self:
        values = {
            name: getattr(paper, name) for name in ("kind", "due", "when", "confidence", "name", "phase")
        }
        return cls(title=title_of(paper), **values)


class LineOut(Out):
    """One line of the catalogue."""

    paper: PaperOut
    needed: bool
    there: bool

    @classmethod
    def of(cls, line: Line) -> Self:
        return cls(paper=PaperOut.of(line.paper), needed=line.needed, there=line.there)


class DossierOut(Out):
    """The file of an item at this moment."""

    round: int
    standard: str
    conditions: list[str]
    catalogue: list[LineOut]
    materials: list[MaterialOut]
    stations: list[StationOut]
    missing: list[str]
    missing_at_end: list[str]
    unmet_standard: list[str]
    unpaired_stations: list[str]

    @classmethod
    def of(cls, found: Dossier) -> Self:
        gaps = found.looked.gaps
        return cls(
            round=found.round,
            standard=found.looked.standard.title,
            conditions=list(found.looked.standard.conditions),
            catalogue=[LineOut.of(line) for line in found.looked.lines],
            materials=[MaterialOut.of(row, found.remarks.get(row.id)) for row in found.materials],
            stations=[StationOut.of(row) for row in found.stations],
            missing=list(gaps.missing),
            missing_at_end=list(gaps.missing_at_end),
            unmet_standard=list(gaps.unmet_standard),
            unpaired_stations=list(gaps.unpaired_stations),
        )


class IndicatorOut(Out):
    """A limit and where it comes from; ``limit`` is text, so that no digit is lost."""

    name: str
    unit: str
    op: Limit
    op_title: str
    limit: str
    confidence: Confidence
    source: str


class MonitoringOut(Out):
    """What is asked of sampling and reports."""

    points: int
    samples: int
    spread_days: int
    valid_months: int
    confidence: Confidence
    source: str


class SurveyOut(Out):
    """What is asked of the people's opinion."""

    least_forms: int
    least_percent: int
    confidence: Confidence
    source: str


class StandardOut(Out):
    """One version of an acceptance standard."""

    type: str
    title: str
    scope: Scope
    local: bool
    confidence: Confidence
    source: str
    valid_from: date
    valid_to: date | None
    conditions: list[str]
    papers: list[PaperOut]
    indicators: list[IndicatorOut]
    monitoring: MonitoringOut | None
    survey: SurveyOut | None

    @classmethod
    def of(cls, found: Standard) -> Self:
        plain = ("type", "title", "scope", "local", "confidence", "source", "valid_from")
        return cls(
            **{name: getattr(found, name) for name in plain},
            valid_to=found.valid_to,
            conditions=list(found.conditions),
            papers=[PaperOut.of(paper) for paper in found.papers],
            indicators=[
                IndicatorOut(
                    name=one.name,
                    unit=one.unit,
                    op=one.op,
                    op_title=LIMIT_TITLES[one.op],
                    limit=f"{one.limit:f}",
                    confidence=one.confidence,
                    source=one.source,
                )
                for one in found.indicators
            ],
            monitoring=MonitoringOut.model_validate(found.monitoring) if found.monitoring else None,
            survey=SurveyOut.model_validate(found.survey) if found.survey else None,
        )


class StandardsOut(Out):
    """Every version of every type; the list has one page."""

    items: list[StandardOut]
    next: str | None
