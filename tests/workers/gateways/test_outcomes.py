"""Whatever a receiver does, a sending ends in time as sent, not sent or unknown, and as the right one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import pytest

from models.domain.outgoing.channels import ChannelKind
from tests.receivers.driving import REFUSED, Verdict, all_driven, behaviours, cases, driven, in_time

# What the receivers of HTTP channels do → how it ends (for channels whose answer is read, where that differs).
HTTP: Final[dict[str, tuple[str, ...]]] = {
    "takes it": ("sent",),
    "takes it, late": ("sent",),
    "says nothing": ("unknown",),
    "resets after reading": ("unknown",),
    "resets before reading": ("not sent or unknown",),
    "500": ("unknown",),
    "503, Retry-After 9": ("unknown",),
    "429, Retry-After 7": ("not sent",),
    "410": ("not sent",),
    "302 to a private place": ("not sent",),
    "307 to a private place": ("not sent",),
    "garbage": ("unknown",),
    "200 and HTML": ("sent", "unknown"),
    "200 and 60,000 brackets": ("sent", "unknown"),
    "200 and 1 GB": ("sent", "unknown"),
    "200 and half an answer": ("sent", "unknown"),
    "endless header": ("unknown",),
    "endless 100 Continue": ("unknown",),
    "drips its header": ("unknown",),
    "drips its answer": ("sent", "unknown"),
    REFUSED: ("not sent",),
}
MAIL: Final = {
    "takes it": "sent",
    "takes it, late": "sent",
    "says nothing": "unknown",
    "never greets": "not sent",
    "resets after reading": "unknown",
    "resets before reading": "not sent",
    "resets at RCPT": "not sent",
    "resets at DATA": "not sent",
    "421 at once": "not sent",
    "450 at RCPT (greylisting)": "not sent",
    "550 at RCPT": "not sent",
    "551 at RCPT, elsewhere": "not sent",
    "552 at DATA": "not sent",
    "451 after the dot": "not sent",
    "554 after the dot": "not sent",
    "garbage": "unknown",
    "garbage for a greeting": "not sent",
    "1 GB in reply": "unknown",
    "1 GB in one line": "unknown",
    "1 GB for a greeting": "not sent",
    "drips its reply": "unknown",
    "half a reply": "unknown",
    REFUSED: "not sent",
}
FOR_GOOD: Final = {
    *("410", "302 to a private place", "307 to a private place"),
    *("550 at RCPT", "551 at RCPT, elsewhere", "552 at DATA", "554 after the dot"),
}
AGAIN_AFTER: Final = {"503, Retry-After 9": 9.0, "429, Retry-After 7": 7.0}
MOST_WRITTEN: Final = 32_000_000
"""Bytes of an endless answer that the other side got rid of: what the kernel's buffers hold, no gigabyte."""


def expected(kind: ChannelKind, behaviour: str) -> str:
    if kind is ChannelKind.SMTP:
        return MAIL[behaviour]
    ends = HTTP[behaviour]
    return ends[0] if kind is ChannelKind.WEBHOOK else ends[-1]


@pytest.fixture(scope="module")
def verdicts() -> Mapping[tuple[ChannelKind, str], Verdict]:
    return all_driven()


@pytest.mark.parametrize(("kind", "behaviour"), list(cases()))
def test_every_misbehaviour_ends(
    verdicts: Mapping[tuple[ChannelKind, str], Verdict], kind: ChannelKind, behaviour: str
) -> None:
    """Every channel under every misbehaviour ends in time, truly, without a redirect, and says nothing it should not."""
    verdict = verdicts[kind, behaviour]
    assert verdict.outcome in expected(kind, behaviour).split(" or ")
    assert in_time(verdict)
    assert verdict.permanent is (behaviour in FOR_GOOD)
    assert verdict.retry_after == AGAIN_AFTER.get(behaviour)
    assert verdict.written < MOST_WRITTEN
    assert not verdict.led_astray
    no_secrets(verdict)


def no_secrets(verdict: Verdict) -> None:
    """The reason goes into a list that many read: Chinese words and numbers of codes, nothing of the message."""
    assert len(verdict.reason) <= 200
    assert all(one not in verdict.reason for one in ("key", "://", "127", "@", "1380", "待处理", "举报"))
    assert bool(verdict.reason) is (verdict.outcome != "sent")


def test_every_misbehaviour_is_expected() -> None:
    """The tables above speak of every behaviour there is, and of no other."""
    assert set(behaviours(ChannelKind.WEBHOOK)) == set(HTTP)
    assert set(behaviours(ChannelKind.SMTP)) == set(MAIL)


@pytest.mark.parametrize("kind", [ChannelKind.WECOM, ChannelKind.SMTP])
def test_unknown_means_that_it_may_have_arrived(kind: ChannelKind) -> None:
    """What was reset after reading had arrived: no outcome but "unknown" would be true."""
    verdict = driven(kind, "resets after reading")
    assert (verdict.outcome, verdict.got) == ("unknown", 1)
