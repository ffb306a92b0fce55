"""
The letter 外发消息 that one or several notices make: subject, text, and where to open them.

It leaves the system, so it says nothing but what the notices say (``wording.py``): case number, clock, basis,
date, division; nothing of a reporter, and nobody's name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from models.domain.timing.explanations import moment_text
from models.domain.timing.wording import SAMPLE_MARK

INBOX: Final = "/v1/notices"
"""What a letter of several notices opens."""


@dataclass(frozen=True, slots=True)
class Letter:
    """
    ``text``: a block per notice with an empty line between them, without subject and link.

    ``link`` is None where the instance has no address that people can open.
    """

    subject: str
    text: str
    notices: Sequence[Mapping[str, Any]]
    link: str | None
    sample: bool


def letter_of(contents: Sequence[Mapping[str, Any]], *, day: date, pressing: int, base: str) -> Letter:
    """
    One letter of these contents, most urgent first.

    ``pressing``: how many of them end on ``day`` or have ended; ``base``: what links begin with, may be empty.
    """
    sample = any(one["sample"] for one in contents)
    if len(contents) == 1:
        only = contents[0]
        subject, blocks, path = f"{only['headline']}（{only['number']}）", [_lines(only)], only["link"]
    else:
        subject, path = _digest_subject(len(contents), day, pressing, sample), INBOX
        blocks = [
            [f"{number}. {one['headline'].removeprefix(SAMPLE_MARK)}", *_lines(one)]
            for number, one in enumerate(contents, 1)
        ]
    text = "\n\n".join("\n".join(lines) for lines in blocks)
    return Letter(subject, text, contents, base + path if base else None, sample)


def trial_letter(*, sample: bool) -> Letter:
    """What an administrator sends himself to see whether a channel works."""
    subject = (SAMPLE_MARK if sample else "") + "环巡提醒渠道测试"
    text = "收到本消息，说明这个提醒渠道可以使用；本消息不涉及任何案件。"
    return Letter(subject, text, (), None, sample)


def _digest_subject(count: int, day: date, pressing: int, sample: bool) -> str:
    mark = SAMPLE_MARK if sample else ""
    urgent = f"，其中{pressing}条当日届满或已逾期" if pressing else ""
    return f"{mark}{moment_text(day)}期限提醒，共{count}条{urgent}"


def _lines(content: Mapping[str, Any]) -> list[str]:
    """
    What a notice says below its headline.

    Without the line that opens the case, whose path is of no use out of the house, and without the mark, which
    stands once, in the subject.
    """
    return [line.removeprefix(SAMPLE_MARK) for line in content["lines"] if content["link"] not in line]
