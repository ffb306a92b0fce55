"""What the lifecycle of a rectification item may know: gathered by operations, judged here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from models.domain.access import Role
from models.domain.lifecycle import Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemFacts(Facts):
    """
    An item and the step at hand; plain values only.

    ``families`` are the whole unit trees of the responsible units; ``own_units`` the units of the actor, of
    everybody he stands in for, and of the account itself. The fields after ``# of the step`` describe the
    inputs; their defaults are those of a step without flaws, so that ``GET`` can ask what is unmet beforehand.
    """

    responsible: frozenset[UUID] = frozenset()
    families: frozenset[UUID] = frozenset()
    lead: frozenset[UUID] = frozenset()
    verifier: UUID | None = None
    own_units: frozenset[UUID] = frozenset()
    applicants: frozenset[UUID] = frozenset()  # who planned, checked himself, asked for extension, applied
    reviewers: frozenset[UUID] = frozenset()  # who accepted the materials in this round
    verifiers: frozenset[UUID] = frozenset()  # who accepted on the site in this round
    earlier_verifiers: frozenset[UUID] = frozenset()  # in any round before
    verified_by: UUID | None = None  # whose acceptance waits to be countersigned
    members: frozenset[UUID] = frozenset()  # named in that acceptance
    open_tasks: tuple[int, ...] = ()
    overdue: bool = False
    needs_outside_act: bool = False
    missing_materials: tuple[str, ...] = ()
    missing_at_end: tuple[str, ...] = ()
    unmet_standard: tuple[str, ...] = ()
    unpaired_stations: tuple[str, ...] = ()
    published: bool = False
    publicity_over: bool = False
    publicity_ends_on: date | None = None
    open_objections: int = 0
    upheld_objections: int = 0
    look_backs: int = 0
    next_look_on: date | None = None  # no earlier, by the rule LOOK_BACK_APART
    missing_at_filing: tuple[str, ...] = ()
    # of the step
    designee_related: bool = False
    designee_verified_before: bool = False
    outside_act_given: bool = True
    outside_act_in_time: bool = True
    members_foreign: bool = False
    checklist_open: tuple[int, ...] = ()
    looked_on: date | None = None

    @property
    def persons(self) -> frozenset[UUID]:
        """The actor and everybody he stands in for."""
        held = {self.actor.account_id} | {grant.principal_id for grant in self.actor.grants}
        return frozenset(one for one in held if one is not None)

    def units_as(self, role: Role) -> frozenset[UUID]:
        """The units for which the actor holds a role."""
        return frozenset(
            grant.unit_id for grant in self.actor.grants if grant.role is role and grant.unit_id is not None
        )
