"""
Delays 延时 after wrong passwords: rising, for one name from one network; nobody else can lock an account.

The key is an HMAC under a key of the day, so the table tells neither names nor addresses.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from sqlalchemy import bindparam, select, text, update

from models.domain.errors import TooManyRequests
from models.domain.timing.calendar import legal_day
from models.operations.act import Act
from models.tables.base import Instant
from models.tables.people import login_delays

FREE_FAILURES: Final = 3
LONGEST_SECONDS: Final = 300

_ONE_MORE: Final = text(
    "insert into login_delay (key, failures, until) values (:key, 1, :until)"
    " on conflict (key) do update set failures = login_delay.failures + 1 returning failures"
).bindparams(bindparam("until", type_=Instant()))


def key_of(act: Act, name: str, network: str) -> bytes:
    """What failures are counted by, for one day."""
    return act.vault.rate_mark(legal_day(act.now), f"login\n{name}\n{network}")


def refuse_early(act: Act, key: bytes) -> None:
    """
    Nothing may be tried before the delay is over.

    Raises:
        TooManyRequests
    """
    until = act.db.execute(select(login_delays.c.until).where(login_delays.c.key == key)).scalar()
    if until is not None and until > act.now:
        wait = int((until - act.now).total_seconds()) + 1
        raise TooManyRequests(
            f"密码连续输错，请在{wait}秒后再试；忘记密码请联系管理员", retry_after_seconds=wait
        )


def failed(act: Act, key: bytes) -> None:
    """Count one failure: 2, 4, 8 … at most 300 seconds from the fourth on."""
    failures = act.db.execute(_ONE_MORE, {"key": key, "until": act.now}).scalar_one()
    over = failures - FREE_FAILURES
    if over > 0:
        seconds = LONGEST_SECONDS if over > LONGEST_SECONDS.bit_length() else min(2**over, LONGEST_SECONDS)
        until = act.now + timedelta(seconds=seconds)
        act.db.execute(update(login_delays).where(login_delays.c.key == key).values(until=until))
    act.note("session.refused", "login", key.hex()[:16], chain="00", reason="bad_credentials")


def forget(act: Act, key: bytes) -> None:
    """The right password came: count from the beginning."""
    act.db.execute(login_delays.delete().where(login_delays.c.key == key))
