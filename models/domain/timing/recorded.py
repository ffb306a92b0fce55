"""
A clock as the record has it: the date that stands, not the one a newer calendar would give.

A calendar loaded later lists what would move and a person applies it (product.md invariant 9); until then
reminders keep to the recorded date, so nothing is reckoned anew here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from models.domain.timing.calendar import end_of_day
from models.domain.timing.clocks import Reckoning, Source
from models.domain.timing.limits import term_of
from models.domain.timing.terms import Fixed, Term
from models.domain.timing.wording import Clock

WORK_ORDER_TITLE: Final = "工单要求的期限"
WORK_ORDER_BASIS: Final = "工单要求"


@dataclass(frozen=True, slots=True)
class Recorded:
    """The columns of a running clock."""

    candidates: Sequence[Mapping[str, Any]]
    source: Source
    started_at: datetime
    legal_due_on: date
    due_on: date
    due_at: datetime
    unconfirmed: bool

    @property
    def reckoning(self) -> Reckoning:
        """What reminders are planned by; without the days counted and skipped, which they do not need."""
        return Reckoning(
            self.started_at,
            self._term,
            self.legal_due_on,
            self.legal_due_on,
            self.due_on,
            self.due_at,
            counted=0,
            # Which year it was is in the explanation; here it only matters that there was one.
            unconfirmed_years=(self.due_on.year,) if self.unconfirmed else (),
        )

    @property
    def clock(self) -> Clock:
        """Its title, and the basis of the limit that was the shortest."""
        title = next((one["title"] for one in self.candidates if "title" in one), WORK_ORDER_TITLE)
        return Clock(str(title), str(self._chosen.get("basis", WORK_ORDER_BASIS)))

    @property
    def _chosen(self) -> Mapping[str, Any]:
        mine = [one for one in self.candidates if one["source"] == self.source]
        return next((one for one in mine if (one.get("unit") == "H") == self._hourly), mine[0])

    @property
    def _hourly(self) -> bool:
        """An exact instant: every day clock ends with its day."""
        return self.due_at != end_of_day(self.due_on)

    @property
    def _term(self) -> Term | Fixed:
        if "due_at" in self._chosen:
            return Fixed(self.due_at, whole_day=not self._hourly)
        return term_of(self._chosen)
