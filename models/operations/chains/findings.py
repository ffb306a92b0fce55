"""What ``verify`` can find, by name."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

MOST: Final = 1000
"""Findings kept; further ones are counted, so that memory stays flat whatever was done to the journal."""


class Kind(StrEnum):
    """The ways in which a journal can be wrong."""

    EDIT = "edit"
    DELETE = "delete"
    INSERT = "insert"
    SWAP = "swap"
    CUT = "cut"
    RECOMPUTED = "recomputed"
    MOVED = "moved"
    HEAD = "head"
    LOG = "log"
    PAYLOAD = "payload"
    STEP = "step"


TITLES: Final = {
    Kind.EDIT: "篡改",
    Kind.DELETE: "删行",
    Kind.INSERT: "插行",
    Kind.SWAP: "对调",
    Kind.CUT: "截尾",
    Kind.RECOMPUTED: "重算",
    Kind.MOVED: "移链",
    Kind.HEAD: "链头被改",
    Kind.LOG: "签名记录被改",
    Kind.PAYLOAD: "格式异常",
    Kind.STEP: "步骤不符",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong: where (chain, number of the row or line), and what, in a Chinese sentence."""

    kind: Kind
    chain: str
    seq: int
    message: str


@dataclass(slots=True)
class Findings:
    """What was found so far, in order."""

    kept: list[Finding] = field(default_factory=list)
    more: int = 0

    def add(self, kind: Kind, chain: str, seq: int, message: str) -> None:
        if len(self.kept) < MOST:
            self.kept.append(Finding(kind, chain, seq, message))
        else:
            self.more += 1


def span(first: int, last: int) -> str:
    """``第3行`` or ``第3～7行``."""
    return f"第{first}行" if first == last else f"第{first}～{last}行"
