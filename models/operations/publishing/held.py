"""A publication a person may lay hands on: in his sight, locked with its case, at the version he has seen."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, insert, select, update

from models.domain.access import GRANTS, Verb
from models.domain.errors import Forbidden, NotFound, StaleVersion, VersionMissing
from models.domain.law import chain_of
from models.domain.publications import PublicationAction
from models.operations import journal, scope
from models.operations.act import Act
from models.operations.casework import sight
from models.operations.scope import Scope, Shape
from models.tables.base import AnyRow
from models.tables.cases import cases
from models.tables.publications import publication_steps, publications

_id = bindparam("id", type_=publications.c.id.type)
_ONE = select(publications).where(publications.c.id == _id)


def find(act: Act, publication_id: UUID) -> AnyRow:
    """
    The publication within the reader's sight.

    Raises:
        NotFound: the same whether absent or outside; journalled either way.
    """
    reach = Scope.of(act.actor)
    row = act.db.execute(_seen(reach.shape), {"id": publication_id, **reach.binds()}).one_or_none()
    if row is None:
        error = NotFound()
        journal.refused(error, "scope.refused", "publication", publication_id, division=act.actor.chain)
        raise error
    return row


def lock(act: Act, publication_id: UUID, *, verb: Verb, version: int | None) -> AnyRow:
    """
    The publication at the version that was read; its case is locked, which serialises all that is done to both.

    Raises:
        NotFound; Forbidden: the verb is held elsewhere only; VersionMissing, StaleVersion.
    """
    seen = find(act, publication_id)
    sight.lock(act, seen.case_id)
    holds(act, verb, seen.division_code)
    row = act.db.execute(_ONE, {"id": publication_id}).one()
    if version is None:
        raise VersionMissing()
    if version != row.version:
        raise StaleVersion(current=row.version, changes=[])
    return row


def holds(act: Act, verb: Verb, division: str) -> None:
    """
    That the verb is the actor's in this very division.

    Raises:
        Forbidden
    """
    for grant in act.actor.grants:
        if verb in GRANTS[grant.role] and grant.actions is None and grant.covers(division):
            return
    raise Forbidden("您在本案辖区的岗位不能办理公开事项，请联系本辖区负责人")


def write(
    act: Act,
    row: AnyRow,
    action: PublicationAction,
    values: Mapping[str, Any],
    *,
    told: str | None = None,
) -> None:
    """Write a change, its place in the history and its journal row; ``told`` is kept in the history alone."""
    act.db.execute(
        update(publications).where(publications.c.id == row.id).values(**values, version=row.version + 1)
    )
    record(act, row.id, row.division_code, action, values, told=told)


def record(
    act: Act,
    publication_id: UUID,
    division: str,
    action: PublicationAction,
    values: Mapping[str, Any],
    *,
    told: str | None = None,
) -> None:
    """One line of the history, and the journal row that vouches for it."""
    step = {"publication_id": publication_id, "action": action.value, "at": act.now, "note": told}
    act.db.execute(insert(publication_steps).values(id=act.new_id(), by=act.actor.account_id, **step))
    act.note(
        f"publication.{action.value}",
        "publication",
        publication_id,
        chain=chain_of(division),
        fields=sorted(values),
        content={**values, "told": told},
    )


@lru_cache(maxsize=64)
def _seen(shape: Shape) -> Select[Any]:
    return (
        select(publications)
        .join(cases, cases.c.id == publications.c.case_id)
        .where(publications.c.id == _id, scope.visible(shape))
    )
