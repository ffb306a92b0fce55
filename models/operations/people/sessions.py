"""
Sessions 登录: opaque tokens, looked up in the request's own transaction; a weak link never punishes.

Access tokens last 15 minutes, refresh tokens 30 days, sliding. The last refresh token stays usable until its
successor has been used, and 60 seconds longer; an older one ends the whole family.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, LargeBinary, and_, bindparam, insert, or_, select, update

from models.domain.access import Actor, Grant
from models.domain.errors import BadCredentials, SessionEnded, TokenReused
from models.domain.law import Law
from models.operations.act import Act
from models.operations.people import delays
from models.tables.base import Instant
from models.tables.journal import instance
from models.tables.people import accounts, grants, sessions, tokens

ACCESS_LIFE: Final = timedelta(minutes=15)
REFRESH_LIFE: Final = timedelta(days=30)
REUSE_GRACE: Final = timedelta(seconds=60)

_now = bindparam("now", type_=Instant())
_REFERENCE_VERSION = select(instance.c.reference_version).scalar_subquery().label("reference_version")

_WHO = (
    select(
        sessions.c.id.label("session_id"),
        accounts.c.id.label("account_id"),
        accounts.c.name,
        _REFERENCE_VERSION,
        grants.c.id.label("grant_id"),
        grants.c.role,
        grants.c.unit_id,
        grants.c.division_code,
        grants.c.principal_id,
        grants.c.actions,
        grants.c.enterprise_id,
    )
    .select_from(
        tokens.join(sessions, sessions.c.id == tokens.c.session_id)
        .join(accounts, accounts.c.id == sessions.c.account_id)
        .outerjoin(
            grants,
            and_(
                grants.c.account_id == accounts.c.id,
                grants.c.valid_from <= _now,
                or_(grants.c.valid_to.is_(None), grants.c.valid_to > _now),
            ),
        )
    )
    .where(
        tokens.c.digest == bindparam("digest", type_=LargeBinary()),
        tokens.c.kind == "access",
        tokens.c.expires_at > _now,
        sessions.c.ended_at.is_(None),
        accounts.c.active,
    )
)


@dataclass(frozen=True, slots=True)
class Pair:
    """What a login or refresh hands out; the tokens exist in clear only here."""

    access_token: str
    refresh_token: str
    access_expires_at: datetime
    refresh_expires_at: datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is needed to check a password away from the loop."""

    account_id: UUID | None
    password_hash: str | None


def digest_of(token: str) -> bytes:
    return sha256(token.encode()).digest()


def look_up(db: Connection, digest: bytes, now: datetime) -> tuple[Any, ...]:
    """
    The rows behind an access token: one per grant that holds now. The first statement of every request.

    Raises:
        SessionEnded: unknown, expired, revoked, or the account is no longer active.
    """
    rows = db.execute(_WHO, {"digest": digest, "now": now}).all()
    if not rows:
        raise SessionEnded()
    return tuple(rows)


def actor_of(rows: tuple[Any, ...], law: Law) -> Actor:
    """The actor that ``look_up`` found, with the areas his grants reach under this law."""
    first = rows[0]
    held = tuple(
        Grant(
            id=row.grant_id,
            role=row.role,
            unit_id=row.unit_id,
            division=row.division_code,
            areas=law.areas(row.division_code),
            principal_id=row.principal_id,
            actions=None if row.actions is None else frozenset(row.actions),
            enterprise_id=row.enterprise_id,
        )
        for row in rows
        if row.grant_id is not None
    )
    return Actor(account_id=first.account_id, session_id=first.session_id, name=first.name, grants=held)


def find(act: Act, *, login: str, network: str) -> Candidate:
    """
    The stored hash for a login name; nothing tells whether the name exists.

    Raises:
        TooManyRequests: too many failures from this network for this name; others are not affected.
    """
    delays.refuse_early(act, delays.key_of(act, login, network))
    row = act.db.execute(
        select(accounts.c.id, accounts.c.password_hash).where(accounts.c.login == login, accounts.c.active)
    ).one_or_none()
    return Candidate(row.id, row.password_hash) if row else Candidate(None, None)


def begin(act: Act, candidate: Candidate, *, login: str, network: str, device: str, good: bool) -> Pair:
    """
    Open a session after the password was checked.

    Raises:
        BadCredentials: journalled, and the next try from this network waits longer.
    """
    if not good or candidate.account_id is None:
        raise BadCredentials().recorded(
            lambda again: delays.failed(again, delays.key_of(again, login, network))
        )
    delays.forget(act, delays.key_of(act, login, network))
    session_id = act.new_id()
    act.db.execute(
        insert(sessions).values(
            id=session_id, account_id=candidate.account_id, device=device, created_at=act.now
        )
    )
    act.note("session.begin", "account", candidate.account_id, chain="00", fields=("device",))
    return _issue(act, session_id, generation=1)


def refresh(act: Act, token: str) -> Pair:
    """
    Trade a refresh token for a new pair.

    Raises:
        SessionEnded: unknown, expired, revoked.
        TokenReused: older than the last but one, or past its grace: the family is ended and journalled.
    """
    row = act.db.execute(
        select(
            tokens, sessions.c.used_generation, sessions.c.used_at, sessions.c.ended_at, sessions.c.account_id
        )
        .join(sessions, sessions.c.id == tokens.c.session_id)
        .join(accounts, accounts.c.id == sessions.c.account_id)
        .where(tokens.c.digest == digest_of(token), tokens.c.kind == "refresh", accounts.c.active)
        .with_for_update(of=sessions)
    ).one_or_none()
    if row is None or row.ended_at is not None or row.expires_at <= act.now:
        raise SessionEnded()
    if row.generation < row.used_generation:
        in_grace = row.generation == row.used_generation - 1 and act.now - row.used_at <= REUSE_GRACE
        if not in_grace:
            raise TokenReused().recorded(
                lambda again: end(again, row.session_id, why="token_reused", account_id=row.account_id)
            )
    elif row.generation > row.used_generation:
        act.db.execute(
            update(sessions)
            .where(sessions.c.id == row.session_id)
            .values(used_generation=row.generation, used_at=act.now)
        )
    act.note("session.refresh", "session", row.session_id, chain="00")
    return _issue(act, row.session_id, generation=max(row.generation, row.used_generation) + 1)


def end(act: Act, session_id: UUID, *, why: str, account_id: UUID | None = None) -> None:
    """End a session and every token of it, at once."""
    act.db.execute(
        update(sessions)
        .where(sessions.c.id == session_id, sessions.c.ended_at.is_(None))
        .values(ended_at=act.now, ended_why=why)
    )
    act.note("session.end", "session", session_id, chain="00", reason=why)


def leave(act: Act) -> None:
    """Log out."""
    assert act.actor.session_id is not None
    end(act, act.actor.session_id, why="logout")


def end_all(act: Act, account_id: UUID, *, why: str, but: UUID | None = None) -> int:
    """End every open session of an account (left, lost phone, new password), but for one; gives how many."""
    ended = (
        act.db.execute(
            select(sessions.c.id)
            .where(sessions.c.account_id == account_id, sessions.c.ended_at.is_(None))
            .order_by(sessions.c.id)
        )
        .scalars()
        .all()
    )
    others = [session_id for session_id in ended if session_id != but]
    for session_id in others:
        end(act, session_id, why=why)
    return len(others)


def _issue(act: Act, session_id: UUID, *, generation: int) -> Pair:
    access, again = f"hxa_{secrets.token_urlsafe(32)}", f"hxr_{secrets.token_urlsafe(32)}"
    pair = Pair(access, again, act.now + ACCESS_LIFE, act.now + REFRESH_LIFE)
    act.db.execute(
        insert(tokens),
        [
            _token(access, session_id, "access", generation, pair.access_expires_at),
            _token(again, session_id, "refresh", generation, pair.refresh_expires_at),
        ],
    )
    return pair


def _token(token: str, session_id: UUID, kind: str, generation: int, expires_at: datetime) -> dict[str, Any]:
    return {
        "digest": digest_of(token),
        "session_id": session_id,
        "kind": kind,
        "generation": generation,
        "expires_at": expires_at,
    }
