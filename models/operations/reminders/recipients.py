"""
Who is told 提醒对象: the people who can act on a clock, and their deputies while they are away.

Handlers are those the case is assigned to, or, for desk clocks, the role on duty in the division. A post that
nobody holds passes its messages upwards: handler → unit head → deputy head.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import bindparam, or_, select

from models.domain.access import Role
from models.domain.duties import OF_PARTS, head_of, on_duty
from models.domain.law import Law
from models.domain.rectification.words import Part
from models.domain.timing.reminders import Audience
from models.operations.act import Act
from models.tables.base import Instant
from models.tables.cases import assignments, case_units
from models.tables.people import accounts, grants

UPWARDS: Final = (Audience.HANDLER, Audience.UNIT_HEAD, Audience.DEPUTY_HEAD)

_ANSWERING: Final = {Role.CLERK, Role.SUPERVISOR, Role.DEPUTY_HEAD, Role.OFFICE, Role.LIAISON, Role.VERIFIER}
"""Roles that answer for clocks without being named in the case."""

_now = bindparam("now", type_=Instant())
_POSTS = (
    select(
        grants.c.account_id, grants.c.role, grants.c.division_code, grants.c.principal_id, grants.c.unit_id
    )
    .join(accounts, accounts.c.id == grants.c.account_id)
    .where(
        accounts.c.active,
        grants.c.valid_from <= _now,
        or_(grants.c.valid_to.is_(None), grants.c.valid_to > _now),
        or_(
            grants.c.role.in_(sorted(_ANSWERING)),
            grants.c.principal_id.is_not(None),
        ),
    )
    .order_by(grants.c.account_id)
)
_ASSIGNED = (
    select(assignments.c.case_id, assignments.c.account_id)
    .join(accounts, accounts.c.id == assignments.c.account_id)
    .where(
        accounts.c.active,
        assignments.c.ended_at.is_(None),
        assignments.c.case_id.in_(bindparam("case_ids", expanding=True, type_=assignments.c.case_id.type)),
    )
    .order_by(assignments.c.account_id)
)
_PARTS = select(case_units.c.case_id, case_units.c.unit_id, case_units.c.part).where(
    case_units.c.case_id.in_(bindparam("case_ids", expanding=True, type_=case_units.c.case_id.type))
)


@dataclass(frozen=True, slots=True)
class Post:
    """A role that somebody holds now, for himself or as a deputy of ``principal``."""

    account_id: UUID
    role: Role
    division: str
    principal: UUID | None
    unit_id: UUID | None


@dataclass(frozen=True, slots=True)
class People:
    """Everybody a batch of reminders may concern, read once."""

    law: Law
    posts: Sequence[Post]
    assigned: Mapping[UUID, Sequence[UUID]]
    parts: Mapping[UUID, Mapping[UUID, set[Part]]]  # of rectification items: unit → its parts

    def told(
        self, case_id: UUID, division: str, rule_id: str, audience: Collection[Audience]
    ) -> dict[UUID, Audience]:
        """Each person once, under the nearest of his parts; empty when no post at all is held."""
        found: dict[UUID, Audience] = {}
        for part in UPWARDS:
            if part in audience:
                for person in self._filled(part, case_id, division, rule_id):
                    found.setdefault(person, part)
        return found

    def _filled(self, part: Audience, case_id: UUID, division: str, rule_id: str) -> Sequence[UUID]:
        """The people of a part, or of the next higher one that is held by anybody."""
        for higher in UPWARDS[UPWARDS.index(part) :]:
            people = self._people(higher, case_id, division, rule_id)
            if people:
                return people
        return ()

    def _people(self, part: Audience, case_id: UUID, division: str, rule_id: str) -> Sequence[UUID]:
        of_item = case_id in self.parts
        role = head_of(part, of_item=of_item) or on_duty(rule_id, of_item=of_item)
        if role is not None and part is Audience.HANDLER and rule_id in OF_PARTS:
            return self._of_units(role, case_id, OF_PARTS[rule_id])
        if role is not None:
            return self._holding(role, division)
        handlers = self.assigned.get(case_id, ())
        return [*handlers, *self._holding(Role.INSPECTOR, division, for_=handlers)]

    def _holding(self, role: Role, division: str, *, for_: Collection[UUID] | None = None) -> Sequence[UUID]:
        """Who holds a role there, deputies among them; ``for_``: only the deputies of these persons."""
        return [
            post.account_id
            for post in self.posts
            if post.role is role
            and (for_ is None or post.principal in for_)
            and self._covers(post.division, division)
        ]

    def _of_units(self, role: Role, case_id: UUID, wanted: frozenset[Part]) -> Sequence[UUID]:
        """Who holds a role for a unit that has one of these parts in the item."""
        units = {unit for unit, parts in self.parts.get(case_id, {}).items() if parts & wanted}
        return [post.account_id for post in self.posts if post.role is role and post.unit_id in units]

    def _covers(self, area: str, division: str) -> bool:
        return any(division.startswith(prefix) for prefix in self.law.areas(area))


def people_of(act: Act, case_ids: Collection[UUID]) -> People:
    """The posts held now, and who handles these cases."""
    assigned: dict[UUID, list[UUID]] = defaultdict(list)
    for row in act.db.execute(_ASSIGNED, {"case_ids": list(case_ids)}):
        assigned[row.case_id].append(row.account_id)
    posts = [
        Post(row.account_id, row.role, row.division_code, row.principal_id, row.unit_id)
        for row in act.db.execute(_POSTS, {"now": act.now})
    ]
    parts: dict[UUID, dict[UUID, set[Part]]] = defaultdict(lambda: defaultdict(set))
    for unit in act.db.execute(_PARTS, {"case_ids": list(case_ids)}):
        parts[unit.case_id][unit.unit_id].add(Part(unit.part))
    return People(act.law, posts, assigned, dict(parts))
