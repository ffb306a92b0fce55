"""Every channel against every misbehaviour, as a table: ``python -m tests.receivers``. Loopback only; ends by itself."""

from __future__ import annotations

import sys
import time

from tests.receivers.driving import QUICK, Verdict, all_driven, in_time


def main() -> int:
    """Print the table; 1 if a sending did not end as one of the three, in time, or followed a redirect."""
    begun = time.monotonic()
    wrong = 0
    last = None
    for (kind, behaviour), verdict in all_driven().items():
        if kind is not last:
            print(f"\n{kind:<9}{'receiver':<27}{'ended':<10}{'s':>6} {'got':>4} {'answered':>10}  reason")
            last = kind
        wrong += not in_time(verdict) or bool(verdict.led_astray)
        print(_line(behaviour, verdict))
    print(
        f"\n{time.monotonic() - begun:.1f} s; a sending may take {QUICK.total} s here, 10 s in service; wrong: {wrong}"
    )
    return 1 if wrong else 0


def _line(behaviour: str, verdict: Verdict) -> str:
    more = f" · again after {verdict.retry_after:g} s" if verdict.retry_after is not None else ""
    more += " · for good" if verdict.permanent else ""
    return (
        f"{'':<9}{behaviour:<27}{verdict.outcome:<10}{verdict.took:>6.2f} {verdict.got:>4} {verdict.written:>10,}"
        f"  {verdict.reason}{more}"
    )


if __name__ == "__main__":
    sys.exit(main())
