"""Attempts 发送尝试: one row per message on its way, committed before it leaves; and how each ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert, select, update

from models.domain.outgoing.letters import Letter
from models.operations.act import Act
from models.operations.outgoing.ways import Way
from models.tables.base import AnyRow
from models.tables.channels import attempts

LONGEST_REASON: Final = 200


class Outcome(StrEnum):
    """How an attempt ended; ``begun`` is one in flight."""

    BEGUN = "begun"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "outcome_unknown"


@dataclass(frozen=True, slots=True)
class Begun:
    """
    An attempt to make now; the caller commits before it sends.

    ``repeated``: it may have arrived before, so a refusal now does not mean that nothing was delivered.
    """

    attempt_id: UUID
    way: Way
    letter: Letter = field(repr=False)
    config: Mapping[str, Any] = field(repr=False)
    address: str | None = field(repr=False)
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Ended:
    """
    How one attempt ended; ``reason`` says why it failed, without anything of the content.

    ``begun`` of a receiver that recognises ids: it may have it, and gets the same attempt again.
    """

    attempt_id: UUID
    way: Way
    outcome: Outcome
    reason: str | None = None
    retry_after: float | None = None  # seconds
    permanent: bool = False


def put_down(act: Act, dispatch_id: UUID, way: Way) -> UUID:
    """A new attempt, in flight from now on."""
    attempt_id = act.new_id()
    act.db.execute(
        insert(attempts).values(
            id=attempt_id,
            dispatch_id=dispatch_id,
            channel=way.channel,
            contact_id=way.contact_id,
            begun_at=act.now,
            outcome=Outcome.BEGUN.value,
        )
    )
    return attempt_id


def record(act: Act, ended: Ended) -> None:
    """Write how an attempt ended."""
    act.db.execute(
        update(attempts)
        .where(attempts.c.id == ended.attempt_id)
        .values(outcome=ended.outcome.value, ended_at=act.now, detail=shortened(ended.reason))
    )


def made(act: Act, dispatch_id: UUID) -> Sequence[AnyRow]:
    """The attempts of a dispatch, oldest first."""
    return act.db.execute(
        select(attempts)
        .where(attempts.c.dispatch_id == dispatch_id)
        .order_by(attempts.c.begun_at, attempts.c.id)
    ).all()


def forgive(act: Act, dispatch_id: UUID) -> None:
    """A person accepts that what may have arrived may arrive twice."""
    act.db.execute(
        update(attempts)
        .where(attempts.c.dispatch_id == dispatch_id, attempts.c.outcome == Outcome.UNKNOWN.value)
        .values(outcome=Outcome.FAILED.value, detail="人工重发")
    )


def shortened(reason: str | None) -> str | None:
    return reason[:LONGEST_REASON] if reason else None
