"""Deciding on a publication: approval by another person, and taking it back within its clock."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select

from models.domain.access import Verb
from models.domain.errors import Conflict, GuardsUnmet, Unmet
from models.domain.publications import (
    PUBLICATION_RETRACT,
    PUBLICATION_TITLES,
    PublicationAction,
    PublicationState,
    publishable_in,
)
from models.domain.states import STATE_TITLES, Kind, State
from models.domain.timing.calendar import legal_day
from models.operations.act import Act
from models.operations.publishing import apart, drafting, held, terms
from models.tables.base import AnyRow
from models.tables.publications import publication_steps

_WRITING = (PublicationAction.PREPARE.value, PublicationAction.CHANGE.value)


def approve(act: Act, publication_id: UUID, *, version: int | None) -> UUID:
    """
    Publish: by a person who wrote none of it; of an item, by one who stands apart from it.

    Raises:
        NotFound, Forbidden, VersionMissing, StaleVersion; Conflict: no longer a draft; GuardsUnmet.
    """
    row = held.lock(act, publication_id, verb=Verb.PUBLICATION_DECIDE, version=version)
    drafting.drafted(row)
    case = terms.locked(act, row.case_id)
    conditions = (_four_eyes(act, row), _period_ahead(act, row), _still_concluded(case))
    unmet = [*(one for one in conditions if one), *_of_item(act, case, row)]
    if unmet:
        raise GuardsUnmet(unmet)
    values = {
        "state": PublicationState.APPROVED,
        "approved_by": act.actor.account_id,
        "published_at": act.now,
    }
    held.write(act, row, PublicationAction.APPROVE, values)
    if case.kind is Kind.RECTIFICATION and case.state is State.IN_PUBLICITY:
        terms.restart_approval(act, case, row.last_day)
    return publication_id


def must_retract(act: Act, publication_id: UUID, *, reason: str, version: int | None) -> UUID:
    """
    Decide that it must go; its clock starts (``PUBLICATION_RETRACT``).

    Raises:
        NotFound, Forbidden, VersionMissing, StaleVersion; Conflict: not published, or decided already.
    """
    row = held.lock(act, publication_id, verb=Verb.PUBLICATION_DECIDE, version=version)
    _published(row)
    if row.retract_by is not None:
        raise Conflict(f"已经决定撤回，请在{row.retract_by.isoformat()}前完成撤回")
    start_retraction(act, row, reason)
    return publication_id


def start_retraction(act: Act, row: AnyRow, reason: str) -> None:
    """Start the clock of a retraction; the case is locked."""
    case = terms.locked(act, row.case_id)
    last = terms.begin(act, case, PUBLICATION_RETRACT, row.id)
    held.write(act, row, PublicationAction.MUST_RETRACT, {"retract_by": last}, told=reason)


def retract(act: Act, publication_id: UUID, *, reason: str, version: int | None) -> UUID:
    """
    Take it back at once; the public sees the date and this reason in place of the words.

    Raises:
        NotFound, Forbidden, VersionMissing, StaleVersion; Conflict: not published.
    """
    row = held.lock(act, publication_id, verb=Verb.PUBLICATION_DECIDE, version=version)
    _published(row)
    values: dict[str, Any] = {
        "state": PublicationState.RETRACTED,
        "retracted_at": act.now,
        "retract_reason": reason,
    }
    held.write(act, row, PublicationAction.RETRACT, values, told=reason)
    terms.end(act, row.case_id, row.id)
    return publication_id


def wrote(act: Act, row: AnyRow) -> bool:
    """Whether the actor, or somebody he stands in for, wrote any of it."""
    writers = select(publication_steps.c.by).where(
        publication_steps.c.publication_id == row.id, publication_steps.c.action.in_(_WRITING)
    )
    persons = {act.actor.account_id} | {grant.principal_id for grant in act.actor.grants}
    return bool((persons - {None}) & {row.prepared_by, *act.db.execute(writers).scalars()})


def judges(act: Act, case: AnyRow, row: AnyRow) -> None:
    """
    That the actor may judge what the public holds against a publication.

    Raises:
        GuardsUnmet: he wrote it, or has a part in the item.
    """
    unmet = apart.unmet(act, case) if case.kind is Kind.RECTIFICATION else []
    if wrote(act, row):
        told = "拟稿、改稿的人员及其代理人不能答复对它的异议，请由其他负责人答复"
        unmet.insert(0, Unmet("four_eyes", told))
    if unmet:
        raise GuardsUnmet(unmet)


def _four_eyes(act: Act, row: AnyRow) -> Unmet | None:
    if not wrote(act, row):
        return None
    return Unmet("four_eyes", "拟稿、改稿的人员及其代理人不能审批，请由其他负责人审批")


def _period_ahead(act: Act, row: AnyRow) -> Unmet | None:
    if row.last_day >= legal_day(act.now):
        return None
    return Unmet("period_ahead", "公开的截止日期已经过去，请先修改日期")


def _still_concluded(case: AnyRow) -> Unmet | None:
    if case.state in publishable_in(case.kind):
        return None
    again = "重新验收通过后才能公示" if case.kind is Kind.RECTIFICATION else "重新办结后才能公开"
    return Unmet("still_concluded", f"案件目前是“{STATE_TITLES[case.state]}”，{again}")


def _of_item(act: Act, case: AnyRow, row: AnyRow) -> list[Unmet]:
    """An item is published long enough, by who has no part in it."""
    if case.kind is not Kind.RECTIFICATION:
        return []
    short = drafting.too_short(act, case, row.first_day, row.last_day)
    return [*apart.unmet(act, case), *(Unmet("period_too_short", one.message) for one in short)]


def _published(row: AnyRow) -> None:
    if row.state is not PublicationState.APPROVED:
        raise Conflict(f"这份公开内容目前是“{PUBLICATION_TITLES[row.state]}”，没有在公开，无需撤回")
