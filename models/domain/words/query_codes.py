"""
Query codes 查询码 as people see and type them: ``ABCDE-FGHJK-MNPQR-STVWX``.

A code is 16 random characters (80 bits). It is shown in four groups of four, each followed by a check character
of its own: a typing fault is found, and its group named, on the spot and without asking the database.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from models.domain.errors import Flaw, Invalid
from models.domain.words import crockford

POINTER: Final = "/query_code"
LENGTH: Final = 16
_SIZE: Final = 4
_GROUP: Final = _SIZE + 1
_SHOWN: Final = LENGTH // _SIZE * _GROUP
_ORDINALS: Final = "一二三四"
_WAY: Final = "请对照回执重新输入"


def shown(code: str) -> str:
    """Return a code (16 characters) as it is shown: four groups of five, the last of each its check."""
    parts = [code[at : at + _SIZE] for at in range(0, len(code), _SIZE)]
    return "-".join(part + crockford.check_character(part) for part in parts)


def parse(typed: str) -> str:
    """
    Return the code (16 characters) somebody typed; groups may be apart or not.

    O for 0, I and L for 1, lower case, full width and any spaces or dashes are read as meant.

    Raises:
        Invalid: the message names each group (第二组) that is mistyped, or says how many characters there are.
    """
    letters = "".join(one for one in _plain(typed) if not crockford.is_between(one))
    if len(letters) != _SHOWN:
        raise _wrong("bad_code", _miscounted(typed, len(letters)))
    groups = [letters[at : at + _GROUP] for at in range(0, _SHOWN, _GROUP)]
    folded = [crockford.fold(group) for group in groups]
    bad = [at for at, word in enumerate(folded) if word is None or not crockford.is_right(word)]
    if bad:
        # By its place only: what was typed may be nearly a right code, and an error body is logged by many.
        named = "、".join(f"第{_ORDINALS[at]}组" for at in bad)
        raise _wrong("bad_check", f"查询码的{named}输错了，请对照回执只核对这{_counted(len(bad))}")
    return "".join(word[:_SIZE] for word in folded if word)


def _plain(typed: str) -> str:
    return unicodedata.normalize("NFKC", typed).upper()


def _counted(groups: int) -> str:
    return "一组" if groups == 1 else f"{groups}组"


def _miscounted(typed: str, count: int) -> str:
    """Name the group that is short or long when the groups stand apart; else the count alone."""
    apart = "".join(" " if crockford.is_between(one) else one for one in _plain(typed)).split()
    if len(apart) == len(_ORDINALS):
        named = "、".join(
            f"第{_ORDINALS[at]}组（应为5位，现为{len(group)}位）"
            for at, group in enumerate(apart)
            if len(group) != _GROUP
        )
        return f"查询码的{named}位数不对，{_WAY}"
    return f"查询码共20位，分四组，每组5位；现在是{count}位，{_WAY}"


def _wrong(code: str, message: str) -> Invalid:
    return Invalid(message, flaws=(Flaw(POINTER, code, message),))
