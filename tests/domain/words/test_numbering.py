"""Case numbers, public complaint numbers, and the characters they are made of."""

from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.errors import Invalid
from models.domain.words import crockford
from models.domain.words.crockford import ALPHABET
from models.domain.words.numbering import (
    CaseNumber,
    case_number,
    parse_case_number,
    parse_public_number,
    public_number,
    shown,
)

# The same in every test process: pytest-xdist compares what each has collected.
NUMBERS = [public_number(Random(seed).randrange) for seed in range(20)] + ["0" * 11]


def test_a_case_number_as_printed() -> None:
    """A case number has the form of GB/T 9704: year in 〔〕, serial without zeros."""
    assert case_number("北环", "举", 2026, 17) == "北环举〔2026〕17号"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("北环举〔2026〕17号", CaseNumber("北环举", 2026, 17)),
        (" 北环举 [2026] 17 号 ", CaseNumber("北环举", 2026, 17)),
        ("北环举（２０２６）１７号", CaseNumber("北环举", 2026, 17)),
        ("北环举【2026】第017号", CaseNumber("北环举", 2026, 17)),
        ("邵北环责改〔2026〕12", CaseNumber("邵北环责改", 2026, 12)),
    ],
)
def test_a_case_number_is_read_as_people_type_it(typed: str, expected: CaseNumber) -> None:
    """Brackets, width, spaces, 第 and 号 do not matter."""
    assert parse_case_number(typed) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "17号",
        "北环举2026-17",
        "北环举〔26〕17号",
        "北环举〔2026〕0号",
        "〔2026〕17号",
        "北环举〔0001〕1号",
        "北环举〔2026〕1七号",
    ],
)
def test_other_text_is_no_case_number(typed: str) -> None:
    """What is not of the form is refused with the form."""
    with pytest.raises(Invalid, match="案号格式不对"):
        parse_case_number(typed)


@given(st.integers(1949, 9999), st.integers(1, 10**9 - 1))
def test_case_numbers_go_round(year: int, serial: int) -> None:
    """What is printed is read back."""
    assert parse_case_number(case_number("北环", "督", year, serial)) == CaseNumber("北环督", year, serial)


@pytest.mark.parametrize(
    ("prefix", "mark", "year", "serial"),
    [
        ("", "举", 2026, 1),
        ("北环", "", 2026, 1),
        ("北 环", "举", 2026, 1),
        ("北环", "举", 26, 1),
        ("北环", "举", 2026, 0),
    ],
)
def test_no_crooked_case_number_is_made(prefix: str, mark: str, year: int, serial: int) -> None:
    """Missing parts and impossible years or serials make no number."""
    with pytest.raises(ValueError, match="no case number"):
        case_number(prefix, mark, year, serial)


def test_a_public_number_as_shown() -> None:
    """A public number is ten random characters and a check, shown 5-5-1."""
    number = public_number(lambda _: 31)
    assert number[:10] == "Z" * 10
    assert shown(number) == f"ZZZZZ-ZZZZZ-{number[10]}"
    assert parse_public_number(shown(number)) == number
    assert len({public_number() for _ in range(1000)}) == 1000


@pytest.mark.parametrize("number", NUMBERS)
def test_every_single_wrong_character_is_found(number: str) -> None:
    """None of the 341 numbers that differ in one place is accepted."""
    for place in range(11):
        for other in set(ALPHABET) - {number[place]}:
            with pytest.raises(Invalid, match="输错"):
                parse_public_number(number[:place] + other + number[place + 1 :])


@pytest.mark.parametrize("number", NUMBERS)
def test_every_swap_of_two_characters_is_found(number: str) -> None:
    """None of the numbers with two different characters swapped, adjacent or not, is accepted."""
    for one, other in combinations(range(11), 2):
        letters = list(number)
        letters[one], letters[other] = letters[other], letters[one]
        if letters != list(number):
            with pytest.raises(Invalid, match="颠倒"):
                parse_public_number("".join(letters))


def test_every_adjacent_pair_is_told_from_its_swap() -> None:
    """At each place, for each of the 992 pairs, the check differs from that of the swapped pair."""
    for place in range(10):
        for one in ALPHABET:
            for other in ALPHABET:
                word, swapped = ["0"] * 10, ["0"] * 10
                word[place], swapped[place] = one, other
                if place < 9:
                    word[place + 1], swapped[place + 1] = other, one
                check = crockford.check_character("".join(word))
                same = check == crockford.check_character("".join(swapped))
                assert same == (one == other)


def test_numbers_are_read_as_people_type_them() -> None:
    """Case, width, spaces, hyphens, O for 0 and I or L for 1 are forgiven."""
    number = next(one for one in iter(public_number, "") if "0" in one and "1" in one)
    spellings = [
        number.lower(),
        " ".join(number),
        shown(number).replace("-", "—"),
        number.replace("0", "O").replace("1", "l"),
        number.replace("0", "o").replace("1", "I"),
        "".join(chr(ord(one) + 0xFEE0) for one in number),
        f"\t{shown(number)}\n",
    ]
    assert {parse_public_number(one) for one in spellings} == {number}


@pytest.mark.parametrize(
    "typed", ["", "ABCDE", "U" * 11, "ABCDE-FGHJK-MM", "举报编号一二三四五六七", "A" * 10000]
)
def test_other_text_is_no_public_number(typed: str) -> None:
    """Another length or other characters are refused with the form."""
    with pytest.raises(Invalid) as refused:
        parse_public_number(typed)
    assert refused.value.flaws[0].code == "bad_number"


@given(st.binary(max_size=60))
def test_bytes_go_round_in_characters(data: bytes) -> None:
    """Bytes written in the alphabet are read back, with no more characters than needed."""
    word = crockford.encode(data)
    assert len(word) == -(-len(data) * 8 // 5)
    assert crockford.decode(word) == data


def test_a_checked_word_has_an_end() -> None:
    """More characters than the check can tell apart are refused, and none is right."""
    assert crockford.is_right("Z" * 30 + crockford.check_character("Z" * 30))
    with pytest.raises(ValueError, match="30"):
        crockford.check_character("Z" * 31)
    assert not crockford.is_right("0" * 32)
    assert not crockford.is_right("0")
