"""What has become of a rectification item so far: its steps, and the people and units that have a part in it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, bindparam, or_, select

from models.domain.access import Role
from models.domain.rectification.words import Part
from models.domain.states import Action
from models.operations.act import Act
from models.tables.base import AnyRow
from models.tables.cases import case_units, steps
from models.tables.ledgers import items
from models.tables.materials import materials
from models.tables.people import accounts, grants

_case_id = bindparam("case_id", type_=steps.c.case_id.type)
_ITEM = select(items).where(items.c.case_id == _case_id)
_UNITS = select(case_units.c.unit_id, case_units.c.part).where(case_units.c.case_id == _case_id)
_STEPS = (
    select(steps.c.action, steps.c.by, steps.c.principal_id, steps.c.at, steps.c.inputs)
    .where(steps.c.case_id == _case_id)
    .order_by(steps.c.seq)
)
APPLYING: Final = frozenset({Action.SUBMIT_PLAN, Action.REQUEST_EXTENSION, Action.SELF_CHECK, Action.APPLY})
VERIFYING: Final = frozenset({Action.VERIFY, Action.COUNTERSIGN})


@dataclass(frozen=True, slots=True)
class History:
    """The steps of an item so far."""

    steps: Sequence[AnyRow]

    def people(self, actions: Collection[Action]) -> frozenset[UUID]:
        """Who took any of these steps, and on whose behalf."""
        found = (one for row in self.steps if row.action in actions for one in (row.by, row.principal_id))
        return frozenset(one for one in found if one is not None)

    def last(self, action: Action) -> AnyRow | None:
        return next((row for row in reversed(self.steps) if row.action is action), None)

    def since(self, now: datetime) -> datetime:
        """When the item was listed in this round; ``now`` before its first step."""
        return self.steps[0].at if self.steps else now

    def count(self, action: Action) -> int:
        return sum(row.action is action for row in self.steps)


def item_of(act: Act, case_id: UUID) -> AnyRow:
    """The item of a rectification case."""
    return act.db.execute(_ITEM, {"case_id": case_id}).one()


def history_of(act: Act, case_id: UUID) -> History:
    return History(act.db.execute(_STEPS, {"case_id": case_id}).all())


def earlier_verifiers(act: Act, item: AnyRow) -> frozenset[UUID]:
    """Who verified any round before this one."""
    if item.round == 1:
        return frozenset()
    rows = act.db.execute(
        select(steps.c.by, steps.c.principal_id)
        .join(items, items.c.case_id == steps.c.case_id)
        .where(
            items.c.ledger_id == item.ledger_id,
            items.c.problem_no == item.problem_no,
            items.c.round < item.round,
            steps.c.action.in_(sorted(VERIFYING)),
        )
    )
    return frozenset(one for row in rows for one in row if one is not None)


def verifiers_of(act: Act, unit_id: UUID, among: Iterable[UUID] | None = None) -> frozenset[UUID]:
    """Active accounts that hold the verifier's role for a unit now."""
    statement = (
        select(grants.c.account_id)
        .join(accounts, accounts.c.id == grants.c.account_id)
        .where(
            accounts.c.active,
            grants.c.role == Role.VERIFIER,
            grants.c.unit_id == unit_id,
            grants.c.valid_from <= act.now,
            or_(grants.c.valid_to.is_(None), grants.c.valid_to > act.now),
        )
    )
    if among is not None:
        statement = statement.where(grants.c.account_id.in_(sorted(among)))
    return frozenset(act.db.execute(statement).scalars())


def parts_of(act: Act, case_id: UUID) -> dict[Part, frozenset[UUID]]:
    """The units of an item by their part."""
    parts: dict[Part, frozenset[UUID]] = {}
    for row in act.db.execute(_UNITS, {"case_id": case_id}):
        parts[Part(row.part)] = parts.get(Part(row.part), frozenset()) | {row.unit_id}
    return parts


def own_units(act: Act, since: datetime) -> frozenset[UUID]:
    """
    The units of the grants, of the account, and of everybody the actor stands in for.

    Posts held since an instant count though they have ended: whoever moves house takes what he did with him.
    """
    actor = act.actor
    persons = {actor.account_id} | {grant.principal_id for grant in actor.grants}
    homes = select(accounts.c.unit_id).where(
        accounts.c.id.in_(sorted(one for one in persons if one is not None))
    )
    posts = select(grants.c.unit_id).where(*_posted(act, persons - {None}, since))
    held = {grant.unit_id for grant in actor.grants} | set(act.db.execute(homes.union(posts)).scalars())
    return frozenset(one for one in held if one is not None)


def belonging(
    act: Act, wanted: Iterable[UUID], families: Collection[UUID], since: datetime
) -> frozenset[UUID]:
    """Those of these accounts that belong to one of the units, by home or by any post held since an instant."""
    ids, units = sorted(wanted), sorted(families)
    at_home = select(accounts.c.id).where(accounts.c.id.in_(ids), accounts.c.unit_id.in_(units))
    posted = select(grants.c.account_id).where(*_posted(act, ids, since), grants.c.unit_id.in_(units))
    return frozenset(act.db.execute(at_home.union(posted)).scalars())


def uploaders(act: Act, case_id: UUID, responsible: Collection[UUID]) -> frozenset[UUID]:
    """Who put papers into the file of an item for a responsible unit."""
    given = select(materials.c.uploaded_by).where(
        materials.c.case_id == case_id, materials.c.unit_id.in_(sorted(responsible))
    )
    return frozenset(act.db.execute(given).scalars())


def _posted(
    act: Act, account_ids: Collection[UUID | None], since: datetime
) -> tuple[ColumnElement[bool], ...]:
    return (
        grants.c.account_id.in_(sorted(one for one in account_ids if one is not None)),
        grants.c.valid_from <= act.now,
        or_(grants.c.valid_to.is_(None), grants.c.valid_to > since),
    )
