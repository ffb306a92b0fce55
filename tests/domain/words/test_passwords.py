"""Passwords: what is handed out, what may be chosen."""

from __future__ import annotations

import pytest

from models.domain.words import passwords
from models.domain.words.crockford import ALPHABET


def test_issued_passwords_are_random_readable_and_good_enough() -> None:
    """80 bits in four groups; a thousand are a thousand; each passes the rule for chosen ones."""
    issued = [passwords.issued() for _ in range(1000)]
    assert len(set(issued)) == 1000
    assert all(set(one) <= set(ALPHABET) | {"-"} and len(one) == 19 for one in issued)
    assert not any(passwords.flaws_of(one, login="clerk", pointer="") for one in issued[:50])


@pytest.mark.parametrize(
    ("password", "flaw"),
    [
        ("一二三四五六七八九十甲", "too_short"),
        ("x" * 129, "too_long"),
        ("passwordpassword", "too_common"),
        ("Ｐ＠ssw0rd2026!", "too_common"),
        ("Password2026", "too_common"),
        ("123456123456", "too_common"),
        ("abcdefghijkl", "too_common"),
        ("987654321098", "too_common"),
        ("abababababab", "too_common"),
        ("huanbao12345", None),
        ("admin@huanxun", "too_common"),
        ("correct horse battery", None),
        ("样例口令-correct horse", None),
        ("x-CLERK-x-and more", "contains_login"),
        ("ｃｌｅｒｋ 全角也不行吧啊", "contains_login"),
    ],
)
def test_what_is_guessed_first_is_refused(password: str, flaw: str | None) -> None:
    """Too short, too long, made of common parts, running or repeating, with the login name, full-width too."""
    found = passwords.flaws_of(password, login="clerk", pointer="/p")
    assert [one.code for one in found] == ([flaw] if flaw else [])
    assert all(password not in one.message for one in found)
