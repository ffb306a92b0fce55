"""Printed shares of a secret."""

from dataclasses import replace
from itertools import combinations, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.domain.errors import Invalid
from models.domain.words.crockford import ALPHABET
from models.domain.words.shares import Share, join, printed, read, split

SECRET = bytes(range(200))


def _lines(share: Share) -> list[str]:
    return [line for line in printed(share).splitlines() if line[:2].isdigit()]


def _codes(error: pytest.ExceptionInfo[Invalid]) -> list[tuple[str, str]]:
    return [(flaw.pointer, flaw.code) for flaw in error.value.flaws]


@given(st.binary(min_size=1, max_size=80))
def test_any_two_of_three_restore(secret: bytes) -> None:
    """Each pair of shares, in either order, and all three give the secret back."""
    shares = split(secret)
    for pair in permutations(shares, 2):
        assert join(pair) == secret
    assert join(shares) == secret


@pytest.mark.parametrize(("n", "k"), [(2, 2), (3, 3), (5, 3), (9, 9)])
def test_other_thresholds(n: int, k: int) -> None:
    """Any k of n restore, and k - 1 are too few."""
    shares = split(SECRET, n=n, k=k)
    for some in combinations(shares, k):
        assert join(some) == SECRET
    with pytest.raises(Invalid, match="份额不足"):
        join(shares[: k - 1])


def test_one_share_tells_nothing() -> None:
    """A share's bytes spread evenly whatever the secret: over 2,000 splits all 256 values are seen."""
    for secret in (b"\x00", b"\xff"):
        seen = [split(secret)[0].data[0] for _ in range(2000)]
        assert len(set(seen)) > 240
        assert max(seen.count(value) for value in set(seen)) < 40


@pytest.mark.parametrize(
    ("secret", "n", "k"), [(b"", 3, 2), (b"x", 2, 3), (b"x", 3, 1), (b"x", 10, 2), (b"x" * 901, 3, 2)]
)
def test_impossible_splits_are_refused(secret: bytes, n: int, k: int) -> None:
    """An empty or endless secret and senseless numbers of shares are programming errors."""
    with pytest.raises(ValueError, match="a secret of"):
        split(secret, n=n, k=k)


def test_the_same_share_twice_is_one() -> None:
    """Typing one share twice, or nothing, is too few."""
    share = split(SECRET)[0]
    for some in ((share, share), (share,), ()):
        with pytest.raises(Invalid) as refused:
            join(some)
        assert _codes(refused) == [("", "too_few_shares")]


def test_shares_of_two_exports_do_not_mix() -> None:
    """Shares of different splits are refused by the names of their sets."""
    one, other = split(SECRET)[0], split(SECRET)[1]
    with pytest.raises(Invalid) as refused:
        join([one, other])
    assert _codes(refused) == [("", "mixed_shares")]
    assert one.set_name in refused.value.message
    assert other.set_name in refused.value.message


def test_a_changed_share_is_noticed() -> None:
    """A share with one bit changed gives no wrong secret but a refusal."""
    one, other, _ = split(SECRET)
    changed = replace(other, data=bytes([other.data[0] ^ 1]) + other.data[1:])
    with pytest.raises(Invalid) as refused:
        join([one, changed])
    assert _codes(refused) == [("", "wrong_secret")]


@given(st.binary(min_size=1, max_size=250))
def test_print_and_type(secret: bytes) -> None:
    """What is printed is read back as the same share; lines hold at most 20 characters and 2 checks."""
    for share in split(secret):
        assert read(printed(share)) == share
        assert all(len(line[2:].replace(" ", "")) <= 22 for line in _lines(share))


def test_a_share_is_read_as_people_type_it() -> None:
    """Case, spaces, width, order of lines, O and I, and the head lines do not matter."""
    share = split(SECRET)[1]
    lines = _lines(share)
    spellings = [
        "\n".join(lines).lower(),
        "\r\n".join(line.replace(" ", "").replace(line[:2], f"{line[:2]}: ", 1) for line in lines),
        "\n\n".join(reversed(lines)),
        "\n".join(line.replace("0", "O").replace("1", "l") for line in lines),
        "  " + printed(share, title="局长保管"),
    ]
    assert [read(one) for one in spellings] == [share] * len(spellings)


@pytest.mark.parametrize("line", [0, 1, -1])
def test_every_wrong_character_names_its_line(line: int) -> None:
    """Any one wrong character of a line, checks included, is found and located."""
    lines = _lines(split(SECRET[:30])[0])
    number, row = lines[line][:2], lines[line][2:]
    for place, letter in enumerate(row):
        if letter == " ":
            continue
        for other in set(ALPHABET) - {letter}:
            wrong = f"{number}{row[:place]}{other}{row[place + 1 :]}"
            with pytest.raises(Invalid) as refused:
                read("\n".join(wrong if one is lines[line] else one for one in lines), pointer="/shares/0")
            assert _codes(refused)[0] == (f"/shares/0/{int(number)}", "bad_line")


def test_any_two_wrong_characters_are_found() -> None:
    """Each of the 190 pairs of places, changed by the same amount, breaks the line's checks."""
    share = split(SECRET)[0]
    first, *others = _lines(share)
    row = first[4:].replace(" ", "")
    for pair in combinations(range(20), 2):
        letters = list(row)
        for place in pair:
            letters[place] = ALPHABET[ALPHABET.index(letters[place]) ^ 5]
        with pytest.raises(Invalid, match="第 1 行"):
            read("\n".join([f"01 {''.join(letters)}", *others]))


def test_all_wrong_and_missing_lines_are_named_at_once() -> None:
    """One reading tells every line to look at again."""
    lines = _lines(split(SECRET)[0])
    lines[4] = lines[4][:-1]
    lines[9] = "10  U-U-U"
    del lines[2]
    with pytest.raises(Invalid) as refused:
        read("\n".join(lines))
    assert _codes(refused) == [("/3", "missing_line"), ("/5", "bad_line"), ("/10", "bad_line")]


def test_swapped_lines_are_found() -> None:
    """A line typed under another number is wrong there."""
    lines = _lines(split(SECRET)[0])
    lines[0], lines[1] = "01" + lines[1][2:], "02" + lines[0][2:]
    with pytest.raises(Invalid) as refused:
        read("\n".join(lines))
    assert [code for _, code in _codes(refused)] == ["bad_line", "bad_line"]


@pytest.mark.parametrize("kept", [0, 1, 5, -1])
def test_a_share_cut_short_is_refused(kept: int) -> None:
    """Last lines that are missing make the whole fail its digest."""
    with pytest.raises(Invalid) as refused:
        read("\n".join(_lines(split(SECRET)[0])[:kept]))
    assert _codes(refused) == [("", "bad_share")]


def test_a_share_of_a_later_format_is_refused() -> None:
    """Numbers that this version does not write ask for an upgrade."""
    share = split(SECRET)[0]
    for odd in (replace(share, number=0), replace(share, threshold=1), replace(share, number=10)):
        with pytest.raises(Invalid, match="先升级程序"):
            read(printed(odd))


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    """Whatever is typed, the answer is a share or a clear refusal."""
    with pytest.raises(Invalid):
        read(text)
