"""Messages cut to what a channel carries."""

from __future__ import annotations

from typing import Final

from hypothesis import given
from hypothesis import strategies as st

from tests.receivers.driving import parcel
from workers.gateways.wording import BLOCK, fitted, in_bytes, in_characters, subject_of

WORDS: Final = st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), min_size=1, max_size=80)


@given(st.lists(WORDS, max_size=30), st.integers(150, 3000), st.sampled_from([in_bytes, in_characters]))
def test_every_message_fits(blocks: list[str], most: int, measure: object) -> None:
    """However long the notices are, the message fits, keeps its link, and tells that something is left out."""
    counted = in_bytes if measure is in_bytes else in_characters
    one = parcel(text=BLOCK.join(blocks), notices=[{}] * len(blocks))
    text = fitted(one, most, counted)
    assert counted(text) <= most
    assert one.link
    assert text.endswith(one.link)
    whole = [block for block in blocks if block.strip()]
    assert "请登录查看" in text or all(block in text for block in whole)


def test_short_message_is_not_touched() -> None:
    """What fits stays as it is."""
    one = parcel(link=None)
    assert fitted(one, 2048, in_bytes) == f"{one.subject}\n{one.text}"


def test_number_left_out_is_the_number_of_notices() -> None:
    """The count of what is left out counts notices, not what stands before them."""
    text = BLOCK.join(["您有 3 件事项：", "甲" * 30, "乙" * 30, "丙" * 30])
    cut = fitted(parcel(text=text, notices=[{}] * 3, link=None), 80, in_characters)
    assert cut.endswith(f"{'甲' * 30}{BLOCK}另有 2 条，请登录查看")


def test_one_notice_that_is_too_long_is_cut() -> None:
    """A single notice longer than a message ends with where the rest is, never in half a character."""
    cut = fitted(parcel(text="长" * 3000, notices=[{}], link=None), 2048, in_bytes)
    assert cut.endswith(f"长…{BLOCK}全文请登录查看")
    assert 2040 < in_bytes(cut) <= 2048


def test_subject_says_sample_once() -> None:
    """The mark of sample data stands once, whoever set it."""
    marked = subject_of(parcel(subject="待办", sample=True))
    assert marked == "【示例数据】待办"
    assert subject_of(parcel(subject=marked, sample=True)) == marked
