"""The acceptance standards 验收标准: read by everybody, added to by whoever keeps the reference data."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import bindparam, insert, select

from models.domain.acceptance.standards import Standard, parse_standards
from models.domain.errors import Duplicate, Flaw, Invalid
from models.operations.act import Act
from models.operations.law import reference
from models.operations.once import Key, once
from models.tables.materials import standards as T

_ONE = select(T.c.text).where(T.c.id == bindparam("b_id", type_=T.c.id.type))


def standards(act: Act) -> Sequence[Standard]:
    """Every version of every type: shipped ones in the order of the file, then the bureau's own."""
    return act.law.standards


def add_local(act: Act, text: str, key: Key | None) -> Standard:
    """
    Add one standard of the bureau's own, written like ``standards.toml``; it goes before a shipped one.

    Holds for open items handed over since its first day, from the next request on.

    Raises:
        Invalid: not exactly one, or flawed. Duplicate: the type has a version from that day. OtherContent.
    """
    made = once(act, key, "standards.add", {"text": text}, lambda: _add(act, text))
    kept = act.db.execute(_ONE, {"b_id": made}).scalar_one()
    return parse_standards(kept, local=True)[0]


def _add(act: Act, text: str) -> UUID:
    found = parse_standards(text, local=True)
    if len(found) != 1:
        raise Invalid(flaws=[Flaw("/toml", "not_one", "一次增加一个标准")])
    one, made = found[0], act.new_id()
    taken = select(T.c.id).where(T.c.type == one.type, T.c.valid_from == one.valid_from)
    if act.db.execute(taken).first() is not None:
        raise Duplicate(f"“{one.type}”自{one.valid_from}起的本地标准已有，请换一个生效日期")
    values = {"id": made, "type": one.type, "valid_from": one.valid_from, "text": text}
    act.db.execute(insert(T).values(values | {"created_at": act.now, "created_by": act.actor.account_id}))
    act.note("standard.add", "standard", made, chain="00", fields=("type", "text"), content={"text": text})
    reference.changed(act)
    return made
