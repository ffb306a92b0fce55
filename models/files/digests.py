"""What names a file's content: SHA-256, and SM3 beside it for those who must show a national algorithm."""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

from cryptography.hazmat.primitives.hashes import SM3, Hash


class Digests(NamedTuple):
    """Both digests of the same bytes, 32 bytes each."""

    sha256: bytes
    sm3: bytes


def digests_of(data: bytes) -> Digests:
    """Return the digests of a whole file."""
    state = Hash(SM3())
    state.update(data)
    return Digests(sha256(data).digest(), state.finalize())
