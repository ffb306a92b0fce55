"""
A secret in printed shares (密钥份额): any two of three restore it, one alone tells nothing.

Shamir's scheme over GF(2^8), byte by byte. A printed share is lines of 20 characters with two check
characters each, so that a typing error is named by its line, and a digest over the whole share.

Source: A. Shamir, "How to Share a Secret", CACM 22 (1979); field polynomial x^8+x^4+x^3+x+1.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from models.domain.errors import Flaw, Invalid
from models.domain.words import crockford

_DIGEST_BYTES: Final = 5
_SET_BYTES: Final = 5
_FORMAT: Final = 1
_WIDTH: Final = 20  # characters of a line before its checks
_MOST_BYTES: Final = 900  # 73 lines: nobody types more
_LINE: Final = re.compile(r"\s*([0-9OoIl]{2})[\s.:、]+(\S.*)")


@dataclass(frozen=True, slots=True)
class Share:
    """One share: which set it belongs to, its number from 1, how many restore the secret."""

    set_id: bytes
    number: int
    threshold: int
    data: bytes

    @property
    def set_name(self) -> str:
        """Return the set as printed: 8 characters."""
        return crockford.encode(self.set_id)


def _tables() -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return powers of the generator 3 (twice over, to save a modulo) and their logarithms."""
    powers, logs, element = [0] * 510, [0] * 256, 1
    for power in range(255):
        powers[power] = powers[power + 255] = element
        logs[element] = power
        element ^= (element << 1) ^ (0x11B if element & 0x80 else 0)
    return tuple(powers), tuple(logs)


_POWERS, _LOGS = _tables()


def _times(one: int, other: int) -> int:
    return _POWERS[_LOGS[one] + _LOGS[other]] if one and other else 0


def _over(one: int, other: int) -> int:
    return _POWERS[_LOGS[one] + 255 - _LOGS[other]] if one else 0


def split(secret: bytes, *, n: int = 3, k: int = 2) -> tuple[Share, ...]:
    """
    Return ``n`` shares of which any ``k`` restore the secret (1 to 900 bytes).

    A digest of the secret is shared with it, so that shares that do not belong together are noticed.

    Raises:
        ValueError: an empty or too long secret, or not 2 <= k <= n <= 9.
    """
    if not 0 < len(secret) <= _MOST_BYTES or not 2 <= k <= n <= 9:
        raise ValueError("a secret of 1 to 900 bytes, 2 <= k <= n <= 9")
    whole = secret + hashlib.sha256(secret).digest()[:_DIGEST_BYTES]
    set_id = secrets.token_bytes(_SET_BYTES)
    curve = [whole, *(secrets.token_bytes(len(whole)) for _ in range(k - 1))]
    return tuple(Share(set_id, number, k, _value_at(curve, number)) for number in range(1, n + 1))


def _value_at(curve: Sequence[bytes], x: int) -> bytes:
    """Return the polynomial's value at x for every byte (Horner); ``curve[0]`` is the constant."""
    values = bytes(len(curve[0]))
    for coefficients in reversed(curve):
        values = bytes(_times(value, x) ^ more for value, more in zip(values, coefficients, strict=True))
    return values


def join(shares: Sequence[Share]) -> bytes:
    """
    Return the secret.

    Raises:
        Invalid: too few different shares, shares of different sets, or a secret that does not check.
    """
    different = {share.number: share for share in shares}
    if not different or len(different) < shares[0].threshold:
        raise _refuse("", "too_few_shares", "份额不足：请再输入另一份（同一份输入两次只算一份）")
    if len({(share.set_id, share.threshold, len(share.data)) for share in shares}) > 1:
        names = "、".join(sorted({share.set_name for share in shares}))
        raise _refuse("", "mixed_shares", f"这些份额不是同一次导出的（{names}），请用同一组的份额")
    used = list(different.values())[: shares[0].threshold]
    whole = _at_zero(used)
    secret, digest = whole[:-_DIGEST_BYTES], whole[-_DIGEST_BYTES:]
    if hashlib.sha256(secret).digest()[:_DIGEST_BYTES] != digest:
        raise _refuse("", "wrong_secret", "份额合并后校验不符，请换一份再试")
    return secret


def _at_zero(shares: Sequence[Share]) -> bytes:
    """Return the curve's value at zero by Lagrange's formula (minus is plus in this field)."""
    whole = bytes(len(shares[0].data))
    for share in shares:
        factor = 1
        for other in shares:
            if other is not share:
                factor = _times(factor, _over(other.number, other.number ^ share.number))
        whole = bytes(before ^ _times(factor, byte) for before, byte in zip(whole, share.data, strict=True))
    return whole


def printed(share: Share, *, title: str = "密钥份额") -> str:
    """Return the share as text to print: three lines for people, then numbered lines to type."""
    body = bytes([_FORMAT, share.number, share.threshold]) + share.set_id + share.data
    word = crockford.encode(body + hashlib.sha256(body).digest()[:_DIGEST_BYTES])
    rows = [word[at : at + _WIDTH] for at in range(0, len(word), _WIDTH)]
    return "\n".join(
        [
            f"{title}  第 {share.number} 份  （任意 {share.threshold} 份可恢复）  组号 {share.set_name}",
            f"共 {len(rows)} 行；每行末尾两位是校验位。请与另外几份分开保管，不要拍照或存入电脑。",
            "",
            *(f"{number:02d}  {_row(number, row)}" for number, row in enumerate(rows, 1)),
            "",
        ]
    )


def _row(number: int, row: str) -> str:
    return f"{crockford.grouped(row).replace('-', ' ')}  {_checks(number, row)}"


def _checks(number: int, row: str) -> str:
    """Return two check characters over line number and row: a swapped line is noticed too."""
    marked = crockford.ALPHABET[number // 32] + crockford.ALPHABET[number % 32] + row
    first = crockford.check_character(marked)
    # Weighed from the other end two errors that cancel in the first sum cannot cancel again: any two
    # wrong characters of a line are found.
    return first + crockford.check_character(marked[::-1])


def read(text: str, *, pointer: str = "") -> Share:
    """
    Return the share that somebody typed from paper; lines without a number are passed over.

    Raises:
        Invalid: one flaw for each line that is wrong or missing, or the whole does not check.
    """
    typed = dict(_typed_rows(text))
    rows = {number: row for number, row in typed.items() if row is not None}
    wrong = {number: f"第 {number} 行输入有误，请对照纸面核对" for number in typed if number not in rows}
    missing = {
        number: f"缺少第 {number} 行" for number in range(1, max(rows, default=1)) if number not in typed
    }
    if flaws := [
        Flaw(f"{pointer}/{number}", "bad_line" if number in wrong else "missing_line", message)
        for number, message in sorted((wrong | missing).items())
    ]:
        raise Invalid("；".join(flaw.message for flaw in flaws), flaws=flaws)
    return _share("".join(rows[number] for number in sorted(rows)), pointer)


def _typed_rows(text: str) -> Iterator[tuple[int, str | None]]:
    """Yield number and characters of each numbered line; None for one whose checks do not fit."""
    for line in text.splitlines():
        if found := _LINE.fullmatch(line):
            number = int(crockford.fold(found[1]) or "0")
            word = crockford.fold(found[2]) or ""
            row, checks = word[:-2], word[-2:]
            right = 0 < len(row) <= _WIDTH and _checks(number, row) == checks
            yield number, row if right else None


def _share(word: str, pointer: str) -> Share:
    whole = crockford.decode(word)
    body, digest = whole[:-_DIGEST_BYTES], whole[-_DIGEST_BYTES:]
    if len(body) <= 3 + _SET_BYTES or hashlib.sha256(body).digest()[:_DIGEST_BYTES] != digest:
        raise _refuse(pointer, "bad_share", "整份校验不符：可能缺少最后几行，请对照纸面上的总行数")
    if body[0] != _FORMAT or not 0 < body[1] <= 9 or not 2 <= body[2] <= 9:
        raise _refuse(pointer, "unknown_format", "这份份额由更新的版本导出，请先升级程序")
    at = 3 + _SET_BYTES
    return Share(body[3:at], body[1], body[2], body[at:])


def _refuse(pointer: str, code: str, message: str) -> Invalid:
    return Invalid(message, flaws=(Flaw(pointer, code, message),))
