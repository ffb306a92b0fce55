"""
The hidden stamp of a form: when we made it, for whoever fills it faster than a person can.

It only marks a complaint, it never turns one away; so one without a stamp, or with a stamp of its own make, is
taken like any other.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from models.vault import Vault

HONEYPOT: Final = "website"
"""A field that people do not see."""

_STAMP: Final = re.compile(r"([0-9]{1,12})\.([0-9a-f]{32})", re.ASCII)


def stamp(vault: Vault, key: str, now: datetime) -> str:
    """The second, signed together with the key of the form."""
    second = str(int(now.timestamp()))
    return f"{second}.{_signature(vault, key, second)}"


def marks(vault: Vault, typed: Mapping[str, str], now: datetime, *, least_seconds: int) -> tuple[str, ...]:
    """What looked odd about a form that was sent: ``honeypot``, ``too_fast``, ``no_timestamp``."""
    odd = ["honeypot"] if typed.get(HONEYPOT, "").strip() else []
    made = made_at(vault, typed)
    if made is None:
        odd.append("no_timestamp")
    elif (now - made).total_seconds() < least_seconds:
        odd.append("too_fast")
    return tuple(odd)


def made_at(vault: Vault, typed: Mapping[str, str]) -> datetime | None:
    """When the form was made; ``None`` when it does not say, or says it without our signature."""
    found = _STAMP.fullmatch(typed.get("stamp", ""))
    if found is None or not hmac.compare_digest(found[2], _signature(vault, typed.get("key", ""), found[1])):
        return None
    return datetime.fromtimestamp(int(found[1]), UTC)


def _signature(vault: Vault, key: str, second: str) -> str:
    secret = hmac.digest(vault.challenge_secret(), b"form", "sha256")
    return hmac.digest(secret, f"{second}\n{key}".encode(), "sha256")[:16].hex()
