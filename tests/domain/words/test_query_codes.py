"""Query codes as people read, copy and mistype them."""

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.errors import Invalid
from models.domain.words import crockford
from models.domain.words.query_codes import LENGTH, parse, shown

CODES = st.text(alphabet=crockford.ALPHABET, min_size=LENGTH, max_size=LENGTH)
CODE = "7K2M9QX4TB0WZ1HJ"
SHOWN = shown(CODE)


def refused(typed: str) -> str:
    """The message for what was typed; every refusal points at the field and repeats nothing of the input."""
    with pytest.raises(Invalid) as caught:
        parse(typed)
    (flaw,) = caught.value.flaws
    assert flaw.pointer == "/query_code"
    assert flaw.message == caught.value.message
    assert not any(len(part) > 2 and part in flaw.message for part in typed.split("-"))
    return flaw.message


@given(CODES)
def test_what_is_shown_is_read_back(code: str) -> None:
    """A code shown in four groups of five is read back as itself."""
    assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{5}(-[0-9A-HJKMNP-TV-Z]{5}){3}", shown(code))
    assert parse(shown(code)) == code


@pytest.mark.parametrize(
    "typed",
    [
        SHOWN.lower(),
        SHOWN.replace("-", ""),
        SHOWN.replace("-", " "),
        f"  {SHOWN}\n",
        SHOWN.replace("-", "－"),
        SHOWN.replace("-", "　"),
        " ".join(SHOWN),
        SHOWN.replace("0", "O").replace("1", "I"),
        SHOWN.replace("0", "o").replace("1", "l"),
        "".join(chr(ord(one) + 0xFEE0) for one in SHOWN),
    ],
)
def test_typing_is_tolerant(typed: str) -> None:
    """Case, width, spaces, dashes, O for 0 and I or L for 1 do not matter."""
    assert parse(typed) == CODE


@pytest.mark.parametrize("at", range(20))
def test_any_one_wrong_character_is_found_and_its_group_named(at: int) -> None:
    """Whatever other character is typed in whatever place, the group it is in is named, and only that one."""
    word = SHOWN.replace("-", "")
    for other in crockford.ALPHABET:
        if other == word[at]:
            continue
        message = refused(shown_apart(word[:at] + other + word[at + 1 :]))
        assert re.findall("第(.)组", message) == ["一二三四"[at // 5]]


@given(CODES, st.integers(0, 3), st.integers(0, 3))
def test_two_swapped_characters_are_found(code: str, group: int, at: int) -> None:
    """Two neighbours in the wrong order are found, and their group named."""
    word = shown(code).replace("-", "")
    first = group * 5 + at
    swapped = word[:first] + word[first + 1] + word[first] + word[first + 2 :]
    if swapped != word:
        assert f"第{'一二三四'[group]}组" in refused(shown_apart(swapped))


def test_every_wrong_group_is_named() -> None:
    """Faults in two groups are told at once."""
    word = SHOWN.replace("-", "")
    bad = ("A" if word[0] != "A" else "B") + word[1:-1] + ("A" if word[-1] != "A" else "B")
    assert re.findall("第(.)组", refused(shown_apart(bad))) == ["一", "四"]


@pytest.mark.parametrize("other", ["U", "u", "？", "中", "@"])
def test_a_character_that_no_code_has_is_a_fault_of_its_group(other: str) -> None:
    """A character outside the alphabet is a typing fault like any other."""
    word = SHOWN.replace("-", "")
    assert re.findall("第(.)组", refused(shown_apart(word[:7] + other + word[8:]))) == ["二"]


def test_a_short_or_long_group_is_named() -> None:
    """When the groups stand apart, the one that lacks a character or has one too many is named."""
    one, two, three, four = SHOWN.split("-")
    assert "第三组（应为5位，现为4位）" in refused("-".join([one, two, three[:4], four]))
    assert "第一组（应为5位，现为6位）" in refused(" ".join([f"{one}A", two, three, four]))


@pytest.mark.parametrize("typed", ["", "-", SHOWN[:-1].replace("-", ""), CODE, SHOWN + SHOWN, "12345"])
def test_another_length_is_told(typed: str) -> None:
    """What has not twenty characters is refused with how many it has."""
    assert "共20位" in refused(typed)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(typed: str) -> None:
    """No text makes the reading fail otherwise."""
    with suppress(Invalid):
        assert len(parse(typed)) == LENGTH


def shown_apart(word: str) -> str:
    """Twenty characters in groups of five."""
    return "-".join(word[at : at + 5] for at in range(0, 20, 5))
