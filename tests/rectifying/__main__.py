"""
The story of a rectification item over real HTTP, with processes killed on the way.

``uv run --frozen python -m tests.rectifying sqlite|postgresql``. The sample instance in a new folder; ``serve`` and
``worker`` are killed with -9 at random moments, the server also exactly between commit and answer of keyed
requests, the worker at its exact points while days pass. Every request is sent again until it is answered. At the
end: the steps stand once each, nobody was told twice, ``huanxun verify`` is green. Loopback only; ends by itself.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import httpx2
from sqlalchemy import select

from models.db.engines import open_reader
from models.domain.timing.calendar import SHANGHAI
from models.tables.cases import steps
from tests import postgres
from tests.rectifying.desk import Desk
from tests.rectifying.parts import Told
from tests.rectifying.telling import tell
from tests.story.ending import _told_once
from tests.story.instance import Instance
from tests.story.people import PATIENCE_SECONDS, People
from tests.story.saying import now

ONE_IN: Final = 12
WORKER_POINTS: Final = ("after_claim", "before_send", "after_send", "random")


class Machines:
    """What the story needs of the processes, and what befalls them."""

    def __init__(self, instance: Instance, people: People) -> None:
        self.instance, self.people = instance, people
        self._chance = random.Random(11)
        self._points = cycle(WORKER_POINTS)

    def ask(self, who: str | None, method: str, path: str, **how: Any) -> httpx2.Response:
        headers = how.get("headers", {})
        if "Idempotency-Key" in headers and self._chance.randrange(4) == 0:
            self.instance.arm("after_commit")
        return self.people.send(who, method, path, **how)

    def trouble(self) -> None:
        """Now and then a process dies, and is started again at once."""
        if self._chance.randrange(ONE_IN) == 0:
            self.instance.kill(self._chance.choice(("serve", "worker")), "random")

    def now(self) -> datetime:
        return (now() + timedelta(seconds=self.instance.shift)).astimezone(SHANGHAI)

    def let_pass(self, span: timedelta) -> None:
        """Days pass in pieces; the worker is hit at its exact points and must find what is due."""
        left = span
        while left > timedelta():
            piece = min(left, timedelta(days=20))
            point = next(self._points)
            if point == "random":
                self.instance.kill("worker", "random")
            else:
                self.instance.arm(point)
            self.instance.move_clock(piece.total_seconds())
            self._settle()
            left -= piece

    def finish(self) -> None:
        """Let every message out that still waits for a morning."""
        while self.instance.to_the_next_digest():
            self._settle()

    def _settle(self) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while self.instance.waiting():
            assert time.monotonic() < end, "the worker does not come to an end"
            self.instance.mend("fault", "worker")
            self.instance.mend("fault", "serve")
            time.sleep(0.25)
        self.instance.fault.unlink(missing_ok=True)


def main() -> None:
    database = sys.argv[1] if len(sys.argv) > 1 else "sqlite"
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="huanxun-rectifying-")))
        url = None
        if database == "postgresql":
            server = stack.enter_context(postgres.server_url())
            postgres.create(server, "rectifying")
            url = postgres.with_database(server, "rectifying")
        instance = Instance(folder, url)
        stack.callback(instance.stop)
        began = time.monotonic()
        people = People(instance)
        _prepare(instance, people)
        machines = Machines(instance, people)
        story = tell(Desk(machines.ask, machines.now, machines.let_pass, machines.trouble))
        machines.finish()
        report = _end(instance, story) | {"database": database, "seconds": round(time.monotonic() - began)}
        print(json.dumps(report, ensure_ascii=False, indent=2))


def _prepare(instance: Instance, people: People) -> None:
    """``up`` makes the sample and ends; then server and worker run by themselves."""
    instance.start("up", "up")
    people.good("clerk", "GET", "/v1/me")
    instance.stop()
    instance.children.clear()
    for name in ("serve", "worker"):
        instance.restart(name)


def _end(instance: Instance, story: Told) -> dict[str, Any]:
    """What must hold when it is over."""
    instance.stop()
    with open_reader(instance.url).connect() as db:
        taken = {
            name: [
                row.value
                for row in db.execute(
                    select(steps.c.action).where(steps.c.case_id == UUID(case_id)).order_by(steps.c.seq)
                ).scalars()
            ]
            for name, case_id in (("written_off", story.case_id), ("relapsed", story.relapsed_id))
        }
        told = _told_once(db)
    assert taken["written_off"].count("apply") == 3, taken
    assert taken["relapsed"][-1] == "relapse", taken
    verified = subprocess.run(
        [sys.executable, "-m", "api.cli", "verify"], env=instance.environment, capture_output=True, text=True
    )
    assert verified.returncode == 0, verified.stdout + verified.stderr
    return {
        "steps": {name: len(found) for name, found in taken.items()},
        "refusals": story.refusals,
        "kills": dict(instance.kills),
        "verify": verified.stdout.strip().splitlines()[-1],
        **told,
    }


if __name__ == "__main__":
    main()
