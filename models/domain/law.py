"""
What everybody reads and nobody changes within a request: law, calendar, divisions, units, as one snapshot.

Loaded once per process and again whenever ``version`` in the database has risen; that number travels with
every token look-up, so a change holds from the next request on, in every process.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from models.domain.acceptance.standards import Standard
from models.domain.catalogue import Catalogue
from models.domain.timing.calendar import Calendar
from models.domain.timing.reminders import Stage
from models.domain.timing.rules import Rule, choose


@dataclass(frozen=True, slots=True)
class Division:
    """A division 区划 with its validity; ``successor`` took over its area."""

    code: str
    name: str
    level: str
    parent: str | None
    successor: str | None


@dataclass(frozen=True, slots=True)
class UnitInfo:
    """A unit 单位 in the tree; ``number_prefix`` marks the one that issues case numbers."""

    id: UUID
    name: str
    parent_id: UUID | None
    division: str
    number_prefix: str | None


@dataclass(frozen=True, slots=True)
class Law:
    """The snapshot."""

    version: int
    sample: bool
    calendar: Calendar
    rules: tuple[Rule, ...]
    stages: tuple[Stage, ...]
    catalogue: Catalogue
    divisions: Mapping[str, Division]
    units: Mapping[UUID, UnitInfo]
    standards: tuple[Standard, ...] = ()
    _areas: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False, compare=False)

    def areas(self, division: str) -> tuple[str, ...]:
        """The prefixes a grant on this division reaches: itself and what it succeeded."""
        found = self._areas.get(division)
        if found is None:
            found = self._areas[division] = self._reach(division)
        return found

    def _reach(self, division: str) -> tuple[str, ...]:
        inherited = {
            old.code
            for old in self.divisions.values()
            if not old.code.startswith(division)
            and any(heir.startswith(division) for heir in self._heirs(old.code))
        }
        return (division, *sorted(inherited))

    def _heirs(self, code: str) -> list[str]:
        """Whoever took over the area, one after the other."""
        heirs: list[str] = []
        while (found := self.divisions.get(code)) and found.successor and found.successor not in heirs:
            code = found.successor
            heirs.append(code)
        return heirs

    def issuer(self, unit_id: UUID | None) -> str | None:
        """The number prefix 发文代字 of the unit or the nearest one above it."""
        while unit_id is not None and (unit := self.units.get(unit_id)):
            if unit.number_prefix:
                return unit.number_prefix
            unit_id = unit.parent_id
        return None

    def unit_tree(self, unit_id: UUID) -> frozenset[UUID]:
        """A unit and all below it."""
        found = {unit_id}
        while more := {u.id for u in self.units.values() if u.parent_id in found} - found:
            found |= more
        return frozenset(found)

    def families(self, unit_ids: Iterable[UUID]) -> frozenset[UUID]:
        """
        The whole trees these units stand in: everything below the topmost unit above each.

        The people's government is not entered as a unit above its departments: all would be one family.
        """
        found: frozenset[UUID] = frozenset()
        for unit_id in unit_ids:
            if unit_id not in found:
                found |= self.unit_tree(self._top(unit_id))
        return found

    def _top(self, unit_id: UUID) -> UUID:
        here, seen = unit_id, {unit_id}
        while (unit := self.units.get(here)) and unit.parent_id is not None and unit.parent_id not in seen:
            here = unit.parent_id
            seen.add(here)
        return here

    def candidates(self, rule_id: str, on: date, division: str) -> tuple[Rule, ...]:
        """The rules of one id in force that day, one per scope that reaches the division."""
        return choose(self.rules, rule_id, on, scopes_of(division))


_SCOPES = {"hunan": "43", "shaoyang": "4305", "beita": "430511"}


def scopes_of(division: str) -> tuple[str, ...]:
    """The scopes whose rules bind in a division, widest first: national, and each local one above it."""
    return ("national", *(name for name, area in _SCOPES.items() if division.startswith(area)))


def county_of(division: str) -> str:
    """The first six digits; a city or province stands for itself."""
    return division[:6]


def chain_of(division: str) -> str:
    """The journal chain of a subject: its county, ``00`` above county level."""
    return division[:6] if len(division) >= 6 else "00"
