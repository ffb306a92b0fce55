"""
The gate of the public face: what a request costs before the database hears of it.

In the memory of one process and for an hour at most; callers are counted by ``Vault.rate_mark`` of the day, so no
address is kept anywhere. Work is a price and not a door: whoever solves is let in, however many share his address.
"""

from __future__ import annotations

import asyncio
import hmac
import re
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Any, Final, TypeVar

from altcha import Payload, create_challenge, verify_solution
from starlette.requests import Request

from models.domain.errors import BadTicket, NotFound, TooManyRequests
from models.domain.public.limits import KDF_COST, TICKET_KEPT, TICKET_LIFE, PublicLimits, mark_with
from models.domain.timing.calendar import legal_day
from models.vault import Vault

T = TypeVar("T")

WINDOW: Final = timedelta(hours=1)
PAYLOAD_MOST: Final = 2_048
"""Characters of a solved challenge; a real one has about 900."""

_BASE64: Final = re.compile(r"[A-Za-z0-9+/]+={0,2}", re.ASCII)
_ALGORITHM: Final = "PBKDF2/SHA-256"
_ALL: Final = b"all"
_REMEMBERED: Final = TICKET_LIFE + TICKET_KEPT
"""After the last moment to open a ticket: as long as its row may be there."""


def network_of(request: Request) -> str:
    """The network of a caller: an IPv4 address, or the /64 of an IPv6 one; never stored, never logged."""
    if request.client is None:
        return "?"
    try:
        address = ip_address(request.client.host)
    except ValueError:
        return "?"
    if not isinstance(address, IPv6Address):
        return str(address)
    return str(address.ipv4_mapped or IPv6Address(int(address) >> 64 << 64))


class Gate:
    """Challenges, tickets, plain forms and wrong codes of one process."""

    def __init__(self, vault: Vault, limits: PublicLimits | None = None) -> None:
        self.limits = limits or PublicLimits()
        self._vault = vault
        secret = vault.challenge_secret()
        self._secret, self._key_secret, self._mark_secret = (
            hmac.digest(secret, label, "sha256") for label in (b"challenge", b"solution", b"mark")
        )
        self._asked, self._forms, self._shown, self._wrong = (Hourly() for _ in range(4))
        self._waiting = 0

    # — tickets —

    def challenge(self, network: str, now: datetime) -> dict[str, Any]:
        """A new ALTCHA challenge (v2); its price rises with what this network asked for within the hour."""
        most = self.limits.steps(self._asked.add(self._mark("asked", network, now), now) - 1)
        until = int((now + TICKET_LIFE).timestamp())
        # The end is in ``data`` and not in ``expiresAt``: the library compares that with the host's clock, and
        # the one clock of an instance is the one that is handed in.
        made = create_challenge(
            _ALGORITHM,
            KDF_COST,
            counter=secrets.randbelow(most + 1),
            data={"until": until},
            hmac_secret=self._secret,
            hmac_key_secret=self._key_secret,
        )
        return made.to_dict()

    def mark_of(self, payload: str, now: datetime) -> bytes:
        """
        The 16 bytes by which the ticket of a solved challenge is known.

        A challenge of yesterday still gives its mark, so that a repeated request finds what was stored; only the
        operation knows whether the ticket was ever opened.

        Args:
            payload: as the widget sends it: JSON in base64.

        Raises:
            BadTicket: junk, altered, not ours, not solved, or too old.
            TooManyRequests: replayed again and again; only whoever holds this very ticket can bring that about.
        """
        solved = _parsed(payload)
        result = verify_solution(solved, self._secret, hmac_key_secret=self._key_secret)
        signature, data = solved.challenge.signature, solved.challenge.parameters.data
        if not result.verified or signature is None or data is None:
            raise BadTicket()
        until = int(data["until"])
        if now.timestamp() >= until + _REMEMBERED.total_seconds():
            raise BadTicket()
        mark = mark_with(hmac.digest(self._mark_secret, signature.encode(), "sha256"), until)
        if self._shown.add(mark, now) > self.limits.ticket_most_shown_per_hour:
            wait = self._shown.seconds_left(mark, now)
            raise TooManyRequests(
                f"这个提交凭证用得太频繁，请在{_minutes(wait)}后再试，或重新获取验证",
                retry_after_seconds=wait,
            )
        return mark

    # — forms without proof —

    def admit_unproven(self, network: str, now: datetime) -> None:
        """
        Count a form that brings no solved challenge; before any work for it.

        What is refused is not counted, so one network cannot use up what is there for all.

        Raises:
            TooManyRequests: too many from this network, or in all; says when, and what else can be done.
        """
        mine = self._mark("form", network, now)
        counted = (
            (mine, self.limits.plain_forms_per_network_hour, "您所在的网络"),
            (_ALL, self.limits.plain_forms_per_hour, "全网"),
        )
        for key, most, where in counted:
            if self._forms.count(key, now) >= most:
                wait = self._forms.seconds_left(key, now)
                raise TooManyRequests(
                    f"{where}这一小时内提交的表单已满，请在{_minutes(wait)}后再试；写好的内容请先保留",
                    retry_after_seconds=wait,
                )
        for key, _, _ in counted:
            self._forms.add(key, now)
        self._asked.add(self._mark("asked", network, now), now)

    # — queries —

    def slowness(self, number: str, now: datetime) -> float:
        """Seconds before the next answer about a number, right or wrong: none for the first wrong codes."""
        return self.limits.slowness(self._wrong.count(self._mark("code", number, now), now))

    def wrong(self, number: str, now: datetime) -> None:
        """Count a wrong code; also for a number that does not exist, or not any more."""
        self._wrong.add(self._mark("code", number, now), now)

    async def answered(self, number: str, now: datetime, look: Callable[[], Awaitable[T]]) -> T:
        """
        The answer to a query, after as long as the number has to wait; it is never locked.

        When too many wait already, it is looked at once, and then only a wrong code is turned away.

        Raises:
            NotFound: wrong code, no such number, withdrawn: all alike.
            TooManyRequests: the same, while too many wait.
        """
        seconds = self.slowness(number, now)
        crowded = seconds > 0 and self._waiting >= self.limits.wrong_code_most_waiting
        if seconds and not crowded:
            await self._wait(seconds)
        try:
            return await look()
        except NotFound:
            self.wrong(number, now)
            if crowded:
                raise TooManyRequests(
                    "现在查询的人很多，请在1分钟后核对编号和查询码再试", retry_after_seconds=60
                ) from None
            raise

    async def _wait(self, seconds: float) -> None:
        self._waiting += 1
        try:
            await asyncio.sleep(seconds)
        finally:
            self._waiting -= 1

    def _mark(self, kind: str, value: str, now: datetime) -> bytes:
        return self._vault.rate_mark(legal_day(now), f"{kind}\n{value}")


def _parsed(payload: str) -> Payload:
    """Raises BadTicket."""
    if len(payload) > PAYLOAD_MOST or not _BASE64.fullmatch(payload):
        raise BadTicket()
    try:
        return Payload.from_base64(payload)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise BadTicket() from None


def _minutes(seconds: int) -> str:
    return f"{-(-seconds // 60)}分钟"


class Hourly:
    """
    How often each key came within an hour from its first time.

    Keys are marks of a day, never addresses. The dictionary stands in the order in which hours began, so what is
    over, or what came first when there is no more room, is at its head. Whoever floods the room with new keys
    resets a count early; that makes a price lower, and admits nobody beyond a limit in all.
    """

    def __init__(self, most: int = 20_000) -> None:
        self._most = most
        self._seen: dict[bytes, tuple[datetime, int]] = {}

    def __len__(self) -> int:
        return len(self._seen)

    def count(self, key: bytes, now: datetime) -> int:
        """How often within the running hour."""
        began, count = self._seen.get(key, (now, 0))
        return count if _runs(began, now) else 0

    def add(self, key: bytes, now: datetime) -> int:
        """Count once more; gives how often by now."""
        began, count = self._seen.get(key, (now, 0))
        if count and _runs(began, now):
            self._seen[key] = (began, count + 1)
            return count + 1
        self._seen.pop(key, None)
        self._make_room(now)
        self._seen[key] = (now, 1)
        return 1

    def seconds_left(self, key: bytes, now: datetime) -> int:
        """Until the hour of this key is over; at least one."""
        began, _ = self._seen.get(key, (now - WINDOW, 0))
        return max(1, round((began + WINDOW - now).total_seconds()))

    def _make_room(self, now: datetime) -> None:
        while self._seen:
            key = next(iter(self._seen))
            if len(self._seen) < self._most and _runs(self._seen[key][0], now):
                return
            del self._seen[key]


def _runs(began: datetime, now: datetime) -> bool:
    """A clock that was set back begins anew."""
    return began <= now < began + WINDOW
