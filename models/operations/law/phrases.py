"""Phrase texts 短语: wording a desk uses again and again, kept per division and seen in its subtree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, insert, or_, select, update

from models.domain.access import Actor, Role
from models.domain.complaints import PhraseUse
from models.domain.errors import Conflict, Flaw, Forbidden, Invalid, NotFound, StaleVersion, VersionMissing
from models.domain.law import chain_of
from models.operations import journal, scope
from models.operations.act import Act
from models.operations.once import Key, once
from models.tables.base import AnyRow
from models.tables.complaints import phrases as T


@dataclass(frozen=True, slots=True)
class Draft:
    """A phrase as written."""

    use: PhraseUse
    title: str
    text: str
    division: str


def page(act: Act, use: PhraseUse | None, *, after: UUID | None, limit: int) -> Sequence[AnyRow]:
    """Up to ``limit + 1`` phrases in use, the oldest first."""
    statement = select(T).where(T.c.ended_at.is_(None), _sees(act.actor)).order_by(T.c.id).limit(limit + 1)
    if use is not None:
        statement = statement.where(T.c.use == use.value)
    if after is not None:
        statement = statement.where(T.c.id > after)
    return act.db.execute(statement).all()


def find(act: Act, phrase_id: UUID) -> AnyRow:
    """The phrase within the reader's sight, ended or not. Raises ``NotFound``."""
    return _found(act, phrase_id, lock=False)


def add(act: Act, draft: Draft, content: Any, key: Key | None) -> AnyRow:
    """
    Add a phrase.

    Raises:
        Invalid: no such division. Forbidden: not in the actor's area. OtherContent.
    """
    return find(act, once(act, key, "phrases.add", content, lambda: _add(act, draft)))


def change(act: Act, phrase_id: UUID, changes: Mapping[str, Any], *, version: int | None) -> AnyRow:
    """
    Change title, text or use.

    Raises:
        NotFound, Forbidden, VersionMissing, StaleVersion; Conflict: it was ended.
    """
    phrase = _held(act, phrase_id, version)
    _write(
        act, phrase, "phrase.change", {name: value for name, value in changes.items() if value is not None}
    )
    return find(act, phrase_id)


def end(act: Act, phrase_id: UUID, *, version: int | None) -> AnyRow:
    """
    Take a phrase out of use; it stays in the record.

    Raises:
        NotFound, Forbidden, VersionMissing, StaleVersion; Conflict: it was ended.
    """
    phrase = _held(act, phrase_id, version)
    _write(act, phrase, "phrase.end", {"ended_at": act.now})
    return find(act, phrase_id)


def _add(act: Act, draft: Draft) -> UUID:
    division = act.law.divisions.get(draft.division)
    if division is None or division.successor is not None:
        raise Invalid(
            flaws=[Flaw("/division", "unknown_division", "没有这个行政区划代码，或已撤并，请重新选择")]
        )
    _ours(act, draft.division)
    phrase_id = act.new_id()
    values = {"use": draft.use.value, "title": draft.title, "text": draft.text}
    act.db.execute(insert(T).values(id=phrase_id, division_code=draft.division, **values))
    act.note(
        "phrase.add",
        "phrase",
        phrase_id,
        chain=chain_of(draft.division),
        fields=sorted(values),
        content=values,
    )
    return phrase_id


def _held(act: Act, phrase_id: UUID, version: int | None) -> AnyRow:
    """The phrase, locked, if it may be changed now."""
    phrase = _found(act, phrase_id, lock=True)
    _ours(act, phrase.division_code)
    if version is None:
        raise VersionMissing()
    if version != phrase.version:
        raise StaleVersion(current=phrase.version, changes=[])
    if phrase.ended_at is not None:
        raise Conflict("这条短语已停用，如需使用请新建一条")
    return phrase


def _write(act: Act, phrase: AnyRow, verb: str, values: Mapping[str, Any]) -> None:
    act.db.execute(update(T).where(T.c.id == phrase.id).values(**values, version=phrase.version + 1))
    act.note(
        verb,
        "phrase",
        phrase.id,
        chain=chain_of(phrase.division_code),
        fields=sorted(values),
        content=dict(values),
    )


def _found(act: Act, phrase_id: UUID, *, lock: bool) -> AnyRow:
    statement = select(T).where(T.c.id == phrase_id, _sees(act.actor))
    row = act.db.execute(statement.with_for_update() if lock else statement).one_or_none()
    if row is None:
        error = NotFound()
        journal.refused(error, "scope.refused", "phrase", phrase_id, division=act.actor.chain)
        raise error
    return row


def _ours(act: Act, division: str) -> None:
    if not scope.within(act.actor, division):
        raise Forbidden("这条短语属于上级或其他辖区，您可以使用，不能修改；可为本辖区另建一条")


def _sees(actor: Actor) -> ColumnElement[bool]:
    """Phrases of the divisions below a grant, and of those above it."""
    areas = {area for grant in actor.grants if grant.role is not Role.ENTERPRISE for area in grant.areas}
    above = {area[:digits] for area in areas for digits in (2, 4, 6, 9)}
    below = [T.c.division_code.startswith(area, autoescape=True) for area in sorted(areas)]
    return or_(T.c.division_code.in_(sorted(above)), *below) if areas else false()
