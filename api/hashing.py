"""Password hashing 口令: argon2id in a few threads, away from the loop, bounded in number."""

from __future__ import annotations

import asyncio
from typing import Final

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

MOST_AT_ONCE: Final = 2
"""Hashes computed at the same time: each takes 64 MiB and about 0.1 s of a core (measured)."""

PASSWORDS: Final = PasswordHash((Argon2Hasher(),))
"""argon2id, m = 64 MiB, t = 3, p = 4 (library default, above the OWASP minimum)."""


class Hashing:
    """Checks and makes hashes; unknown accounts cost the same time as known ones."""

    def __init__(self, passwords: PasswordHash = PASSWORDS) -> None:
        self._passwords = passwords
        self._turn = asyncio.Semaphore(MOST_AT_ONCE)
        self._nobody = passwords.hash("nobody has this password")

    async def verify(self, password: str, stored: str | None) -> bool:
        """Whether the password fits; a missing account is checked against nobody's hash."""
        async with self._turn:
            fits = await asyncio.to_thread(self._passwords.verify, password, stored or self._nobody)
        return fits and stored is not None

    async def hash(self, password: str) -> str:
        """A fresh hash."""
        async with self._turn:
            return await asyncio.to_thread(self._passwords.hash, password)
