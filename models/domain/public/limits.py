"""What the public face may cost: thresholds of tickets 提交凭证, plain forms 普通表单 and queries 查询; plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

TICKET_LIFE: Final = timedelta(hours=2)
"""From the challenge to the opening of its ticket, and again from the opening to its end."""

TICKET_KEPT: Final = timedelta(hours=24)
"""After its end, a ticket still answers a repeated request with the stored outcome; then it is swept."""

MOST_FILES: Final = 9
MOST_BYTES: Final = 60_000_000

KDF_COST: Final = 2_000
"""Iterations of PBKDF2/SHA-256 in one step of a challenge: 0.4 ms for the server, ≈ 6 ms on a slow phone."""

FIRST_PRICE: Final = 25
"""Steps of the first rise of the price; every further one doubles it."""


@dataclass(frozen=True, slots=True)
class PublicLimits:
    """
    The thresholds, each a setting of the same name.

    ``hotline``, ``office_hours``, ``bureau_phone`` are told to whoever is refused.
    """

    hotline: str = "12345"
    office_hours: str = "工作日 8:30～12:00、14:30～17:30"
    bureau_phone: str = ""
    free_challenges_per_network_hour: int = 30
    challenge_most_steps: int = 400
    ticket_most_shown_per_hour: int = 100
    plain_forms_per_network_hour: int = 20
    plain_forms_per_hour: int = 300
    form_fill_least_seconds: int = 5
    wrong_codes_free_per_hour: int = 5
    wrong_code_longest_seconds: float = 4.0
    wrong_code_most_waiting: int = 64

    @property
    def contact(self) -> str:
        """The way out that needs no computer, as the end of a sentence."""
        own = f"本局电话 {self.bureau_phone}，" if self.bureau_phone else ""
        return f"也可以拨打 {self.hotline}（全天）；{own}上班时间：{self.office_hours}"

    def steps(self, asked: int) -> int:
        """
        The most steps of the next challenge for a network that asked for so many within the hour.

        None at first, then 25, 50, 100 … with every further portion of the free ones, never above the cap.
        """
        risen = asked // max(1, self.free_challenges_per_network_hour)
        return min(self.challenge_most_steps, FIRST_PRICE << min(risen - 1, 20)) if risen else 0

    def slowness(self, wrong: int) -> float:
        """Seconds before the next answer about a number for which so many wrong codes came within the hour."""
        over = wrong - max(1, self.wrong_codes_free_per_hour)
        return min(self.wrong_code_longest_seconds, 0.25 * 2 ** min(over, 20)) if over >= 0 else 0.0


def mark_with(digest: bytes, opens_until: int) -> bytes:
    """The 16 bytes a ticket is known by: 12 of a keyed digest, 4 of the second until which it may be opened."""
    return digest[:12] + opens_until.to_bytes(4, "big")


def opens_until(mark: bytes) -> int:
    """The last second (Unix) at which the ticket of this mark may be opened."""
    return int.from_bytes(mark[12:16], "big")
