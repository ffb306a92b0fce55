"""The Act: who does something, when, in which transaction, under which law."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from models.domain.access import Actor
from models.domain.ids import uuid7
from models.domain.law import Law
from models.vault import Vault


@dataclass(frozen=True, slots=True)
class Entry:
    """One row the journal will get: what was done to which subject; field names only, no values."""

    chain: str
    verb: str
    kind: str
    subject: str
    fields: Sequence[str] = ()
    content: Any = None  # digested with a key, never stored
    reason: str | None = None  # a stable code, never free text


@dataclass(slots=True)
class Act:
    """
    One act inside the caller's transaction.

    ``now`` is aware, to the millisecond; nothing below reads a clock. ``entries`` are sealed into the journal
    by whoever opened the transaction, last thing before the commit.
    """

    db: Connection
    actor: Actor
    now: datetime
    law: Law
    vault: Vault
    request_id: str = ""
    entries: list[Entry] = field(default_factory=list)

    def new_id(self) -> UUID:
        return uuid7(self.now)

    def note(
        self,
        verb: str,
        kind: str,
        subject: object,
        *,
        chain: str,
        fields: Sequence[str] = (),
        content: Mapping[str, Any] | Sequence[Any] | None = None,
        reason: str | None = None,
    ) -> None:
        """Put one entry down for the journal."""
        self.entries.append(Entry(chain, verb, kind, str(subject), tuple(fields), content, reason))
