"""
A year of reminders in a few minutes, with everything that can go wrong.

``uv run --frozen python -m tests.year sqlite|postgresql [items] [seed]``. Items begin, are extended, stand and end
at random; two real workers share a simulated clock, die between any two lines, lose leases and answers, and are
away for days. At the end each person was told each stage of each clock once, by id, none at night, none missed,
and no person got two digests on a day. Ends by itself; not 0 when a promise was broken.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Final

from models.db.engines import open_engine
from models.vault import Vault
from tests import factories, postgres
from tests.conftest import Clock
from tests.factories import KEYS, NOW, World
from tests.year.items import Items
from tests.year.proof import Proof
from tests.year.trouble import Trouble
from tests.year.workers import Pair

DAYS: Final = 365
HOUR: Final = timedelta(hours=1)


def main() -> None:
    database = sys.argv[1] if len(sys.argv) > 1 else "sqlite"
    number = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else 20261123
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="huanxun-year-") as folder,
        world_on(database, Path(folder)) as world,
    ):
        dice, clock = Random(seed), Clock()
        trouble = Trouble(dice, lambda: clock.now)
        items = Items(world, dice, NOW, number)
        pair = Pair(world, clock, trouble, Path(folder))
        moments = live(items, pair, clock, trouble)
        proof = Proof(world, pair.arrived, pair.expected, clock.now)
    report = {
        "database": database,
        "items": number,
        "seed": seed,
        "moments": moments,
        **items.done,
        **proof.summary(),
        "expected_tellings": len(pair.expected),
        "trouble": dict(sorted(trouble.counted.items())),
        "seconds": round(time.monotonic() - began),
        "breaches": len(proof.breaches),
    }
    print(json.dumps(report, ensure_ascii=False, indent=2))
    for breach in proof.breaches[:20]:
        print(breach)
    sys.exit(bool(proof.breaches))


def live(items: Items, pair: Pair, clock: Clock, trouble: Trouble) -> int:
    """From one moment at which something happens to the next, to the end of the year; gives how many there were."""
    end, moments = NOW + timedelta(days=DAYS), 0
    while clock.now < end:
        items.live(clock.now)
        items.acknowledge(clock.now)
        pair.settle()
        moments += 1
        coming = [at for at in (items.next_at, pair.next_at()) if at is not None]
        # What happens within the hour happens together: the dates stand, only the moments are fewer.
        clock.now = max(clock.now + timedelta(seconds=1), min([*coming, end]))
        if items.next_at is not None and items.next_at - clock.now < timedelta(minutes=1):
            clock.now = max(clock.now, items.next_at)
        _jump(items, clock, trouble)
    trouble.calm = True
    for _ in range(12):  # what failed last is tried again in calm
        clock.now += HOUR
        pair.settle()
    return moments


def _jump(items: Items, clock: Clock, trouble: Trouble) -> None:
    """Now and then no worker runs for days while the items live on, or the clock is set back a little."""
    if trouble.befalls("nobody worked for days", 0.004):
        until = clock.now + timedelta(days=trouble.dice.uniform(0.5, 6))
        while items.next_at is not None and items.next_at <= until:
            clock.now = max(clock.now, items.next_at)
            items.live(clock.now)
        clock.now = until
    elif trouble.befalls("the clock was set back", 0.002):
        clock.now -= timedelta(minutes=trouble.dice.uniform(1, 90))


@contextmanager
def world_on(database: str, folder: Path) -> Iterator[World]:
    """A peopled database of its own."""
    if database == "postgresql":
        with postgres.server_url() as server:
            postgres.create(server, "year")
            url = postgres.with_database(server, "year")
            yield from _peopled(url)
            postgres.drop(server, "year")
    else:
        yield from _peopled(f"sqlite:///{folder / 'year.db'}")


def _peopled(url: str) -> Iterator[World]:
    engine = open_engine(url)
    factories.people_it(engine)
    yield World(url, engine, Vault(KEYS))
    engine.dispose()


if __name__ == "__main__":
    main()
