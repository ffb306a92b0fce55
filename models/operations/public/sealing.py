"""Messages 留言 under seal: each has a data key of its own, so that the public face can write without being able to read."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from models.domain.errors import Unreadable
from models.domain.public.messages import MESSAGE_TITLES, Direction, MessageKind
from models.operations.act import Act
from models.tables.base import AnyRow
from models.tables.public import messages
from models.vault import new_data_key


def put(act: Act, complaint_id: UUID, direction: Direction, kind: MessageKind, text: str) -> UUID:
    """Write a message; gives its id."""
    made, data_key = act.new_id(), new_data_key()
    act.db.execute(
        insert(messages).values(
            id=made,
            complaint_id=complaint_id,
            direction=direction,
            kind=kind,
            at=act.now,
            sealed_key=act.vault.wrap(data_key, aad=f"message:{made}:key"),
            sealed_text=act.vault.seal(data_key, text, place=f"message:{made}:text"),
            by=act.actor.account_id,
        )
    )
    return made


def opened(act: Act, message: AnyRow) -> str | None:
    """
    The text of a message; ``None`` while identities are sealed (the key is not here), or once it was erased.

    Raises:
        Unreadable: moved or damaged.
    """
    if message.sealed_key is None or message.sealed_text is None:
        return None
    try:
        data_key = act.vault.unwrap(message.sealed_key, aad=f"message:{message.id}:key")
    except Unreadable:
        if act.vault.identities_sealed:
            return None
        raise
    return act.vault.open_sealed(data_key, message.sealed_text, place=f"message:{message.id}:text")


def told(act: Act, complaint_id: UUID) -> list[dict[str, Any]]:
    """The messages of a complaint, opened, the oldest first; who of the bureau wrote is not told."""
    rows = act.db.execute(
        select(messages).where(messages.c.complaint_id == complaint_id).order_by(messages.c.at, messages.c.id)
    )
    return [
        {
            "at": row.at,
            "from_bureau": row.direction is Direction.OUT,
            "kind": row.kind,
            "title": MESSAGE_TITLES[row.kind],
            "text": opened(act, row),
        }
        for row in rows
    ]
