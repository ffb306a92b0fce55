"""
The one dependency of a route: who asks (a token, not yet looked up), and how its operation is run.

``await work.do(operation, …)``: one transaction: token, operation, journal, commit, then the answer.
``await work.read(operation, …)``: no transaction. Refusals that must be journalled are written here, in a
second transaction after the roll-back, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Concatenate, Final, ParamSpec, TypeVar
from uuid import UUID

from fastapi import Depends, Header
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase
from sqlalchemy import Connection
from starlette.requests import Request

from models.db.loops import Port
from models.domain.access import IDENTITY_VERBS, SYSTEM, Actor, Verb
from models.domain.errors import (
    Flaw,
    Forbidden,
    HuanxunError,
    Invalid,
    SessionEnded,
    Unauthenticated,
    Unreadable,
)
from models.domain.law import Law
from models.files.store import Store
from models.operations import journal
from models.operations.act import Act
from models.operations.law import reference
from models.operations.once import Key
from models.operations.people import sessions
from models.vault import Vault

P = ParamSpec("P")
T = TypeVar("T")
Operation = Callable[Concatenate[Act, P], T]

_BEARER: Final = "bearer "
MAX_VERSION: Final = 2**31 - 1


@dataclass(slots=True)
class House:
    """What every request shares: the database, the keys, the clock, the files, the law as last read."""

    port: Port
    vault: Vault
    clock: Callable[[], datetime]
    store: Store
    law: Law | None = None
    renew: Callable[[], Vault] | None = None  # reads the keys again: they may have been rotated
    origins: frozenset[str] = frozenset()  # where reminders may go in plain text or inside the house

    def law_at(self, db: Connection, version: int) -> Law:
        """The law of this version, read again only when it has changed; the keys with it, since rotation counts so."""
        if self.law is None or self.law.version != version:
            if self.law is not None and self.renew is not None:
                with suppress(
                    Unreadable
                ):  # a damaged file is found at the next start; what is in memory serves on
                    self.vault = self.renew()
            self.law = reference.load(db)
        return self.law


@dataclass(slots=True)
class Work:
    """One request's way to the operations."""

    house: House
    verb: Verb | None
    token: bytes | None
    request_id: str
    subject: tuple[str, str] = ("complaint", "")  # whose identity is asked for: kind and id
    _actor: Actor = field(default=SYSTEM)

    async def do(self, operation: Operation[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run an operation in one transaction; the answer comes after the commit."""

        def job(db: Connection) -> T:
            act = self._act(db)
            answer = operation(act, *args, **kwargs)
            journal.seal(act)
            return answer

        try:
            return await self.house.port.do(job)
        except HuanxunError as error:
            await self._put_down(error)
            raise

    async def read(self, operation: Operation[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run an operation that only reads, without a transaction."""

        def job(db: Connection) -> T:
            return operation(self._act(db), *args, **kwargs)

        try:
            return await self.house.port.read(job)
        except HuanxunError as error:
            await self._put_down(error)
            raise

    def _act(self, db: Connection) -> Act:
        house = self.house
        now = house.clock()
        if self.token is None:
            law = house.law_at(db, reference.version(db))
            return Act(db, SYSTEM, now, law, house.vault, self.request_id)
        rows = sessions.look_up(db, self.token, now)
        law = house.law_at(db, rows[0].reference_version)
        self._actor = sessions.actor_of(rows, law)
        if self.verb is not None and not self._actor.may(self.verb):
            raise self._forbidden(self.verb)
        return Act(db, self._actor, now, law, house.vault, self.request_id)

    def _forbidden(self, verb: Verb) -> HuanxunError:
        """Not his to do; whoever reaches for an identity without the role for it is put down."""
        error = Forbidden()
        if verb in IDENTITY_VERBS:
            kind, subject = self.subject
            journal.refused(error, "identity.refused", kind, subject, division=self._actor.chain)
        return error

    async def _put_down(self, error: HuanxunError) -> None:
        aftermath = error.aftermath
        if aftermath is None:
            return

        def job(db: Connection) -> None:
            house = self.house
            law = house.law_at(db, reference.version(db))
            act = Act(db, self._actor, house.clock(), law, house.vault, self.request_id)
            aftermath(act)
            journal.seal(act)

        await self.house.port.do(job)


class May(SecurityBase):
    """Dependency: the caller carries a token; whether it is good and grants the verb is seen in the transaction."""

    def __init__(self, verb: Verb) -> None:
        self.verb = verb
        self.model = HTTPBearer(description="登录后得到的 access_token")
        self.scheme_name = "bearer"

    async def __call__(self, request: Request) -> Work:
        """Raises Unauthenticated when no bearer token was sent."""
        subject = _named(request) if self.verb in IDENTITY_VERBS else ("complaint", "")
        house: House = request.app.state.house
        return Work(house, self.verb, bearer(request), request.scope["request_id"], subject)


def _named(request: Request) -> tuple[str, str]:
    """The complaint, photo or objection in the path; nothing that is no id of ours goes into the journal."""
    named = (kind for kind in ("evidence", "objection") if f"{kind}_id" in request.path_params)
    kind = next(named, "complaint")
    try:
        return kind, str(UUID(str(request.path_params.get(f"{kind}_id"))))
    except ValueError:
        return kind, ""


def bearer(request: Request) -> bytes:
    """
    The digest of the bearer token.

    Raises:
        Unauthenticated
    """
    header = request.headers.get("authorization", "")
    if not header.lower().startswith(_BEARER):
        raise Unauthenticated()
    token = header[len(_BEARER) :].strip()
    if not token.isascii() or not 20 <= len(token) <= 200:
        raise SessionEnded()
    return sessions.digest_of(token)


async def anyone(request: Request) -> Work:
    """Dependency of the few routes that need no session."""
    return Work(request.app.state.house, None, None, request.scope["request_id"])


OpenWork = Annotated[Work, Depends(anyone)]


async def if_match(
    value: Annotated[str | None, Header(alias="If-Match", description='读取时得到的 ETag，如 "3"')] = None,
) -> int | None:
    """
    The version in ``If-Match``; ``None`` when the header is missing (428 comes later, in its order).

    Raises:
        Invalid: not one strong ETag of ours.
    """
    if value is None:
        return None
    text = value.strip()
    inner = text[1:-1]
    if len(text) < 3 or text[0] != '"' or text[-1] != '"' or not inner.isascii() or not inner.isdigit():
        raise Invalid(flaws=[Flaw("header:/If-Match", "bad_etag", '应为读取时得到的 ETag，如 "3"')])
    if len(inner) > 10 or int(inner) > MAX_VERSION:
        raise Invalid(flaws=[Flaw("header:/If-Match", "bad_etag", '应为读取时得到的 ETag，如 "3"')])
    return int(inner)


IfMatch = Annotated[int | None, Depends(if_match)]


async def idempotency_key(
    value: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key", description="客户端生成的幂等键，8～128 个可见 ASCII 字符；重试时不变"
        ),
    ] = None,
) -> Key | None:
    """
    The ``Idempotency-Key``, if sent.

    Raises:
        Invalid
    """
    if value is None:
        return None
    if not 8 <= len(value) <= 128 or not all("!" <= letter <= "~" for letter in value):
        raise Invalid(flaws=[Flaw("header:/Idempotency-Key", "bad_key", "应为 8～128 个可见 ASCII 字符")])
    return Key(value)


OptionalKey = Annotated[Key | None, Depends(idempotency_key)]


def etag(version: int) -> dict[str, str]:
    """The header that carries a version."""
    return {"ETag": f'"{version}"'}
