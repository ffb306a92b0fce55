"""What names a file's content: SHA-256, and SM3 beside it for those who must show a national algorithm."""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

from cryptography.hazmat.primitives.hashes import SM3, Hash


class Digests(NamedTuple):
    """Both digests of the same bytes, 32 bytes each."""

    sha256: bytes
    sm3: bytes


class Digesting:
    """Both digests of bytes that come piece by piece."""

    def __init__(self) -> None:
        self._sha256 = sha256()
        self._sm3 = Hash(SM3())
        self.size = 0

    def add(self, data: bytes) -> None:
        self._sha256.update(data)
        self._sm3.update(data)
        self.size += len(data)

    def done(self) -> Digests:
        return Digests(self._sha256.digest(), self._sm3.finalize())


def digests_of(data: bytes) -> Digests:
    """Return the digests of a whole file."""
    state = Digesting()
    state.add(data)
    return state.done()
