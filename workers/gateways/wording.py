"""What people read of a parcel, cut to what a channel carries; a cut never leaves out that something was left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from models.domain.timing.wording import SAMPLE_MARK
from workers.gateways.gateway import Parcel

BLOCK: Final = "\n\n"
"""An empty line stands between the notices of a text."""


def subject_of(parcel: Parcel) -> str:
    """One line, whatever the subject holds."""
    subject = " ".join(parcel.subject.split())
    return f"{SAMPLE_MARK}{subject}" if parcel.sample and SAMPLE_MARK not in subject else subject


def in_characters(text: str) -> int:
    return len(text)


def in_bytes(text: str) -> int:
    """In UTF-8, as the robots count."""
    return len(text.encode())


def fitted(parcel: Parcel, most: int, measure: Callable[[str], int]) -> str:
    """
    Subject, text and link in at most so many characters or bytes.

    What is too long loses whole notices from its end, then says how many; a single notice that is too long is cut
    where it must be. The link always stays.
    """
    subject = subject_of(parcel)
    link = f"\n{parcel.link}" if parcel.link else ""
    blocks = [block for block in parcel.text.split(BLOCK) if block.strip()]
    for kept in range(len(blocks), 0, -1):
        tail = _tail(parcel, len(blocks) - kept) if kept < len(blocks) else ""
        text = f"{subject}\n{BLOCK.join(blocks[:kept])}{tail}{link}"
        if measure(text) <= most:
            return text
    head = f"{subject}\n{blocks[0]}" if blocks else subject
    end = f"…{_tail(parcel, len(blocks) - 1, cut=True)}{link}"
    return _cut(head, most - measure(end), measure) + end


def _tail(parcel: Parcel, left_out: int, *, cut: bool = False) -> str:
    # Blocks that are no notices (a greeting) come first, so that those at the end are.
    count = min(left_out, len(parcel.notices))
    if count:
        return f"{BLOCK}另有 {count} 条，请登录查看"
    return f"{BLOCK}全文请登录查看" if cut else ""


def _cut(text: str, most: int, measure: Callable[[str], int]) -> str:
    """The longest beginning of a text that fits; found by halving, never through the middle of a character."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(text[:middle]) <= most else (low, middle - 1)
    return text[:low]
