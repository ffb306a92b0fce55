"""Clean, normal, canonical and similar text."""

import hashlib
import json
import sys
import unicodedata
from collections import OrderedDict
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.errors import Invalid
from models.domain.words.text import canonical, clean, fingerprint, is_clean, normal, similarity


class _Word(StrEnum):
    AIR = "大气"


class _Plain(Enum):
    WATER = "水"


class _Level(IntEnum):
    HIGH = 3


CHINA = timezone(timedelta(hours=8))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("  臭味 \n", "臭味"),
        ("\u3000臭味\u3000", "臭味"),
        ("一行\r\n二行\r三行", "一行\n二行\n三行"),
        ("制表\t符", "制表\t符"),
        ("e\u0301 不改写", "e\u0301 不改写"),
        ("👨\u200d👩\u200d👧 ①", "👨\u200d👩\u200d👧 ①"),
        ("", ""),
    ],
)
def test_clean_keeps_the_words(sent: str, kept: str) -> None:
    """Cleaning changes line ends and outer white space, and no word."""
    assert clean(sent) == kept


@pytest.mark.parametrize(
    "bad", ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\x9f", "\ud800", "\ufffe", "\uffff"]
)
def test_clean_refuses_what_cannot_be_stored(bad: str) -> None:
    """NUL, control characters, lone surrogates and XML's forbidden points are refused, field named."""
    with pytest.raises(Invalid) as refused:
        clean(f"臭{bad}味", pointer="/words")
    assert refused.value.flaws[0].pointer == "/words"
    assert refused.value.flaws[0].code == "unclean_text"
    assert bad not in str(refused.value)
    assert not is_clean(f"臭{bad}味")


@given(st.text(st.characters()))
def test_cleaned_text_is_clean_and_stays(text: str) -> None:
    """What cleaning returns is clean, can be encoded, and is not changed by cleaning again."""
    try:
        kept = clean(text)
    except Invalid:
        return
    assert is_clean(kept)
    assert kept.encode().decode() == kept
    assert clean(kept) == kept


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ＡＢＣ１２３", "abc123"),
        ("Straße", "STRASSE"),
        ("①", "1"),
        ("㎡", "M2"),
        ("é", "e\u0301"),
        ("Σ", "ς"),
    ],
)
def test_normal_folds_width_and_case(one: str, other: str) -> None:
    """Full-width, case and compatibility forms are the same when compared."""
    assert normal(one) == normal(other)


def test_normal_is_idempotent_on_every_character() -> None:
    """Normalising twice is normalising once, for each of Unicode's characters that it changes."""
    characters = (chr(at) for at in range(sys.maxunicode + 1) if not 0xD800 <= at < 0xE000)
    changed = [one for one in characters if unicodedata.normalize("NFKC", one).casefold() != one]
    assert len(changed) > 5000
    assert [one for one in changed if normal(normal(one)) != normal(one)] == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"b": 1, "a": [True, None]}, '{"a":[true,null],"b":1}'),
        ({"词": '臭\n味"'}, '{"词":"臭\\n味\\""}'),
        (datetime(2026, 11, 23, 8, 0, 0, 123999, CHINA), '"2026-11-23T00:00:00.123Z"'),
        (datetime(2026, 11, 23, tzinfo=UTC), '"2026-11-23T00:00:00.000Z"'),
        (date(2026, 11, 23), '"2026-11-23"'),
        (UUID(int=1), '"00000000-0000-0000-0000-000000000001"'),
        ([_Word.AIR, _Plain.WATER, _Level.HIGH], '["大气","水",3]'),
        ({_Word.AIR: 1}, '{"大气":1}'),
        (Decimal("1.50"), '"1.5"'),
        (Decimal("1E+3"), '"1000"'),
        (Decimal("-0.00"), '"0"'),
        (Decimal("100"), '"100"'),
        (OrderedDict(b=1, a=2), '{"a":2,"b":1}'),
        ((1, 2.5), "[1,2.5]"),
        ("", '""'),
    ],
)
def test_canonical_form(value: object, expected: str) -> None:
    """Each kind of value has one form in bytes."""
    assert canonical(value) == expected.encode()


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (float("nan"), ValueError),
        (float("inf"), ValueError),
        (Decimal("NaN"), ValueError),
        (datetime(2026, 1, 1), ValueError),  # noqa: DTZ001
        ("\ud800", ValueError),
        ({1, 2}, TypeError),
        (b"bytes", TypeError),
        (object(), TypeError),
        ({(1, 2): 3}, TypeError),
        ({1: "a", "1": "b"}, TypeError),
    ],
)
def test_canonical_refuses(value: object, error: type[Exception]) -> None:
    """What has no single obvious form is refused, not guessed."""
    with pytest.raises(error):
        canonical([value])


@given(JSON)
def test_canonical_is_json_and_stable(value: Any) -> None:
    """The canonical form is JSON of the same value, and canonical again."""
    read = json.loads(canonical(value))
    assert read == value
    assert canonical(read) == canonical(value)


def test_canonical_ignores_order_of_keys_and_zone() -> None:
    """The same content in another order and another zone has the same fingerprint."""
    at = datetime(2026, 11, 23, 8, tzinfo=CHINA)
    assert fingerprint({"a": 1, "b": at}) == fingerprint({"b": at.astimezone(UTC), "a": 1})


def test_fingerprint_is_sha256_and_keeps_parts_apart() -> None:
    """A fingerprint is the SHA-256 of the list of parts: moving text between parts changes it."""
    assert fingerprint("a", 1) == hashlib.sha256(b'["a",1]').digest()
    assert fingerprint("ab", "c") != fingerprint("a", "bc")
    assert fingerprint(["a"]) != fingerprint("a")


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        ("经查，该企业设施正常运行。", "经查该企业设施正常运行", 1, 1),
        ("ＡＢＣ设施", "abc设施", 1, 1),
        ("臭", "臭", 1, 1),
        ("臭", "水", 0, 0),
        ("", "", 0, 0),
        ("。。。", "臭味", 0, 0),
        (
            "现场检查时该厂正在生产，废气治理设施正常运行。",
            "现场检查时该厂正在生产，废气治理设施未开启。",
            0.6,
            0.95,
        ),
        ("夜间施工噪声扰民，已责令停工。", "水质采样结果符合标准。", 0, 0.1),
    ],
)
def test_similarity(one: str, other: str, low: float, high: float) -> None:
    """Copied answers are alike whatever the punctuation, different ones are not."""
    assert low <= similarity(one, other) <= high


@given(st.text(), st.text())
def test_similarity_is_symmetric_and_bounded(one: str, other: str) -> None:
    """Similarity is the same both ways and between 0 and 1."""
    assert 0 <= similarity(one, other) == similarity(other, one) <= 1
