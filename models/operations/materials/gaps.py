"""What the file of an item 一事一档 still lacks, as its lifecycle asks: papers, numbers of the standard, pairs of photos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from models.domain.acceptance import dossier, standards
from models.domain.acceptance.comparing import compare
from models.domain.acceptance.dossier import Line
from models.domain.acceptance.standards import Due, Standard
from models.domain.acceptance.stations import unpaired
from models.domain.timing.calendar import legal_day
from models.operations.act import Act
from models.operations.materials import rows
from models.tables.base import AnyRow

NO_STATION: Final = "照片机位（至少设置一个）"


@dataclass(frozen=True, slots=True)
class Gaps:
    """Each entry is a Chinese name or sentence for people; all empty when nothing is missing."""

    missing: tuple[str, ...] = ()  # papers due when applying
    missing_at_end: tuple[str, ...] = ()  # papers due when writing off
    missing_at_filing: tuple[str, ...] = ()  # papers due before the archive
    unmet_standard: tuple[str, ...] = ()
    unpaired_stations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Looked:
    """The file as it is: the standard that applies, its catalogue, and what is missing."""

    standard: Standard
    lines: tuple[Line, ...]
    gaps: Gaps


def gaps(act: Act, case: AnyRow, item: AnyRow) -> Gaps:
    """
    What is missing now. ``case`` is a row of ``case_file`` (id), ``item`` one of ``ledger_item``
    (problem_type, finished_on, listed_on). Reads only.
    """
    return look(act, item, rows.all_of(act, case.id), rows.stations_of(act, case.id)).gaps


def look(act: Act, item: AnyRow, materials: Sequence[AnyRow], stations: Sequence[AnyRow]) -> Looked:
    """Hold the materials of an item against its standard; only what has arrived and is not voided counts."""
    standard = standards.choose(act.law.standards, item.problem_type, item.listed_on)
    there = rows.counting(materials)
    objected = rows.objected(act, item.case_id)
    lines = dossier.catalogue(standard, map(rows.held, there), objected=objected)
    none = () if stations else (NO_STATION,)
    found = Gaps(
        missing=dossier.missing(lines, Due.APPLY) + none,
        missing_at_end=dossier.missing(lines, Due.WRITE_OFF),
        missing_at_filing=dossier.missing(lines, Due.LOOK_BACK),
        unmet_standard=compare(
            standard,
            rows.reports(there),
            rows.polls(there),
            finished_on=item.finished_on,
            today=legal_day(act.now),
        ),
        unpaired_stations=unpaired(map(rows.station, stations), rows.photos(there)),
    )
    return Looked(standard, lines, found)
