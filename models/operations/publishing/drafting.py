"""Drafting a publication: the words and the days, until another person decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import and_, insert, or_, select

from models.domain.access import Verb
from models.domain.errors import Conflict, Flaw, Invalid
from models.domain.publications import PUBLICATION_TITLES, PublicationAction, PublicationState
from models.domain.states import Kind
from models.domain.timing.calendar import legal_day
from models.operations.act import Act
from models.operations.casework import sight
from models.operations.once import Key, once
from models.operations.publishing import held, lasting, proposing
from models.tables.base import AnyRow
from models.tables.publications import publications as T


@dataclass(frozen=True, slots=True)
class Draft:
    """A publication as written; both days are shown and count."""

    case_id: UUID
    title: str
    text: str
    first_day: date
    last_day: date


def draft(act: Act, wanted: Draft, key: Key | None) -> UUID:
    """
    Put a draft down; a retry under the same key gives the same one.

    Raises:
        NotFound, Forbidden; Invalid: days; IllegalTransition: the case is not concluded; Conflict: it has one.
        OtherContent.
    """
    return once(act, key, "publications.draft", asdict(wanted), lambda: _draft(act, wanted))


def change(act: Act, publication_id: UUID, changes: Mapping[str, Any], *, version: int | None) -> UUID:
    """
    Change words or days of a draft; who changed them does not approve them.

    Raises:
        NotFound, Forbidden, Invalid, VersionMissing, StaleVersion; Conflict: no longer a draft.
    """
    seen = held.find(act, publication_id)
    held.holds(act, Verb.PUBLICATION_PREPARE, seen.division_code)
    days = {"first_day": seen.first_day, "last_day": seen.last_day}
    case = sight.find(act, seen.case_id)
    _days(act, case, **(days | {name: value for name, value in changes.items() if name in days}))
    row = held.lock(act, publication_id, verb=Verb.PUBLICATION_PREPARE, version=version)
    drafted(row)
    held.write(act, row, PublicationAction.CHANGE, changes, told="、".join(sorted(changes)))
    return publication_id


def drop(act: Act, publication_id: UUID, *, reason: str, version: int | None) -> UUID:
    """
    Decide not to publish; the draft stays in the record.

    Raises:
        NotFound, Forbidden, VersionMissing, StaleVersion; Conflict: no longer a draft.
    """
    row = held.lock(act, publication_id, verb=Verb.PUBLICATION_PREPARE, version=version)
    drafted(row)
    held.write(act, row, PublicationAction.DROP, {"state": PublicationState.DROPPED}, told=reason)
    return publication_id


def drafted(row: AnyRow) -> None:
    """That it is a draft. Raises ``Conflict``."""
    if row.state is not PublicationState.DRAFT:
        raise Conflict(f"这份公开内容目前是“{PUBLICATION_TITLES[row.state]}”，只有拟稿可以这样处理")


def _draft(act: Act, wanted: Draft) -> UUID:
    case = sight.lock(act, wanted.case_id)
    held.holds(act, Verb.PUBLICATION_PREPARE, case.division_code)
    _days(act, case, wanted.first_day, wanted.last_day)
    proposing.publishable(case)
    _only_one(act, case.id)
    publication_id = act.new_id()
    words = {"title": wanted.title, "text": wanted.text}
    values = words | {"first_day": wanted.first_day, "last_day": wanted.last_day}
    act.db.execute(
        insert(T).values(
            id=publication_id,
            case_id=case.id,
            division_code=case.division_code,
            state=PublicationState.DRAFT,
            prepared_by=act.actor.account_id,
            prepared_at=act.now,
            **values,
        )
    )
    held.record(act, publication_id, case.division_code, PublicationAction.PREPARE, values)
    return publication_id


def too_short(act: Act, case: AnyRow, first_day: date, last_day: date) -> list[Flaw]:
    """Whether the publicity of an item that is shown from now at the earliest ends before it may."""
    wanted = lasting.shortest(act, case.division_code, max(first_day, legal_day(act.now)))
    if last_day >= wanted.last_day:
        return []
    return [Flaw("/last_day", "too_short", lasting.told(wanted))]


def _only_one(act: Act, case_id: UUID) -> None:
    """A case has one draft or running publication at a time: two would contradict each other."""
    running = and_(T.c.state == PublicationState.APPROVED, T.c.last_day >= legal_day(act.now))
    there = select(T.c.id).where(T.c.case_id == case_id, or_(T.c.state == PublicationState.DRAFT, running))
    if act.db.execute(there.limit(1)).first() is not None:
        raise Conflict("本案已有拟稿或正在公开的内容，请修改原稿，或先撤回后另拟")


def _days(act: Act, case: AnyRow, first_day: date, last_day: date) -> None:
    flaws = []
    if last_day < first_day:
        flaws.append(Flaw("/last_day", "before_first", "截止日期不能早于开始日期"))
    elif last_day < legal_day(act.now):
        flaws.append(Flaw("/last_day", "over", "截止日期已经过去，请改为今天或以后"))
    elif case.kind is Kind.RECTIFICATION and first_day < legal_day(act.now):
        flaws.append(Flaw("/first_day", "over", "公示的第一天不能早于今天"))
    elif case.kind is Kind.RECTIFICATION:
        flaws += too_short(act, case, first_day, last_day)
    if flaws:
        raise Invalid(flaws=flaws)
