"""
A flood from one network beside staff and an honest citizen: ``uv run --frozen python -m tests.flood``.

Starts ``huanxun up`` in a temporary folder, on loopback, and ends by itself. For fifteen seconds one network sends
200 requests a second: forms without proof, junk and replayed tickets, junk uploads, challenges in turn. Meanwhile four members of
staff read queue and case, and citizens of another network solve their challenges and submit. Printed: what the flood
was told, what staff waited for (quiet and flooded), how long the citizens took; ends with 1 when a citizen was
turned away or a form of the flood came in beyond its limits.

Networks are told apart by ``X-Forwarded-For``: this script is the trusted proxy.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx2

from api.tickets import HEADER
from models.domain.public.limits import PublicLimits
from tests import postgres
from tests.api.public.asking import solved, told
from tests.benchmarks.http import free_port

PASSWORD: Final = "three different words"
FLOOD, HOME = "203.0.113.66", "198.51.100.4"
SECONDS: Final = 15.0
RATE: Final = 200
MOST_OPEN: Final = 400
"""Connections of the flood at once; what would need more is not sent and counted as such."""

STARTS_WITHIN_SECONDS: Final = 60
JUNK: Final = "A" * 1_500


@dataclass(slots=True)
class Seen:
    """What happened: statuses by kind of request, seconds by who waited."""

    told: dict[str, Counter[int]] = field(default_factory=dict)
    waited: dict[str, list[float]] = field(default_factory=dict)
    unsent: int = 0
    price: float = 0.0  # seconds here to solve the challenge that the flooding network is given at last

    def note(self, who: str, status: int, seconds: float) -> None:
        self.told.setdefault(who, Counter())[status] += 1
        self.waited.setdefault(who, []).append(seconds)


@contextmanager
def instance(folder: Path, database: str | None) -> Iterator[int]:
    """``huanxun up`` as a child; gives its port, ends it by its id."""
    port = free_port()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HUANXUN_")}
    environment = clean | {
        "HUANXUN_DATA_DIR": str(folder / "data"),
        "HUANXUN_PORT": str(port),
        "HUANXUN_SAMPLE_PASSWORD": PASSWORD,
        "HUANXUN_TRUSTED_PROXIES": "127.0.0.1",
        "HUANXUN_LOG_LEVEL": "ERROR",
    }
    if database is not None:
        environment["HUANXUN_DATABASE_URL"] = database
    with (folder / "said").open("wb") as out:
        child = subprocess.Popen([sys.executable, "-m", "api.cli", "up"], env=environment, stdout=out)
        try:
            _wait(port, child)
            yield port
        finally:
            child.send_signal(signal.SIGINT)
            child.wait(30)


def _wait(port: int, child: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + STARTS_WITHIN_SECONDS
    while time.monotonic() < until and child.poll() is None:
        try:
            if httpx2.get(f"http://127.0.0.1:{port}/v1/health/live", trust_env=False).status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.2)
    raise SystemExit("the instance does not start")


@asynccontextmanager
async def line(port: int, network: str, **headers: str) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of one network."""
    async with httpx2.AsyncClient(
        base_url=f"http://127.0.0.1:{port}",
        headers={"X-Forwarded-For": network, **headers},
        limits=httpx2.Limits(max_connections=MOST_OPEN),
        timeout=30,
        trust_env=False,
    ) as client:
        yield client


# — the flood —


def _form() -> dict[str, Any]:
    """A form as a browser without JavaScript posts it; its own key, as a robot would."""
    body = told()
    flat = {"place.division": body["place"]["division"], "place.text": body["place"]["text"]}
    consent = {"consent.privacy_version": body["consent"]["privacy_version"]}
    plain = {"words": body["words"], "confidentiality": body["confidentiality"]}
    return {"data": {**plain, **flat, **consent, "key": uuid4().hex}}


def _json(payload: str) -> dict[str, Any]:
    return {"json": told(altcha=payload), "headers": {"Idempotency-Key": uuid4().hex}}


async def flood(port: int, seen: Seen, form: str, seconds: float) -> None:
    """Two hundred a second, whatever comes back."""
    async with line(port, FLOOD, Accept="application/json") as client, asyncio.TaskGroup() as group:
        replayed = solved((await client.get("/v1/public/challenge")).json())
        kinds: Iterator[tuple[str, str, Callable[[], dict[str, Any]]]] = cycle(
            [
                ("form", form, _form),
                ("junk ticket", "/v1/public/complaints", lambda: _json(JUNK)),
                ("replayed ticket", "/v1/public/complaints", lambda: _json(replayed)),
                ("challenge", "/v1/public/challenge", dict),
                ("junk upload", "/v1/public/uploads", lambda: {"content": b"x", "headers": {HEADER: JUNK}}),
            ]
        )
        open_now: set[asyncio.Task[None]] = set()
        began = time.perf_counter()
        for number in range(int(RATE * seconds)):
            await asyncio.sleep(max(0.0, began + number / RATE - time.perf_counter()))
            if len(open_now) >= MOST_OPEN:
                seen.unsent += 1
                continue
            kind, path, build = next(kinds)
            method = "GET" if kind == "challenge" else "POST"
            sent = client.request(method, path, **build())
            task = group.create_task(_timed(seen, f"flood: {kind}", sent))
            open_now.add(task)
            task.add_done_callback(open_now.discard)
        await asyncio.wait(open_now)
        dear = (await client.get("/v1/public/challenge")).json()
        began = time.perf_counter()
        await asyncio.to_thread(solved, dear)
        seen.price = time.perf_counter() - began


async def _timed(seen: Seen, who: str, asking: Awaitable[httpx2.Response]) -> None:
    began = time.perf_counter()
    try:
        status = (await asking).status_code
    except httpx2.TransportError:
        status = 0
    seen.note(who, status, time.perf_counter() - began)


# — the others —


async def staff(port: int, seen: Seen, who: str, token: str, until: float) -> None:
    """Read the queue and a case, think for 50 ms, again."""
    async with line(port, "192.0.2.10", Authorization=f"Bearer {token}") as client:
        listed = (await client.get("/v1/cases?limit=20")).json()["items"]
        paths = cycle(["/v1/cases?limit=20", *(f"/v1/cases/{one['id']}" for one in listed[:5])])
        while time.perf_counter() < until:
            await _timed(seen, who, client.get(next(paths)))
            await asyncio.sleep(0.05)


async def citizens(port: int, seen: Seen, until: float) -> None:
    """One after the other, each with a challenge of his own; solving is done away from this loop."""
    while time.perf_counter() < until:
        async with line(port, HOME) as client:
            began = time.perf_counter()
            challenge = (await client.get("/v1/public/challenge")).json()
            payload = await asyncio.to_thread(solved, challenge)
            status = (await client.post("/v1/public/complaints", **_json(payload))).status_code
            seen.note("citizen", status, time.perf_counter() - began)
        await asyncio.sleep(0.5)


async def story(port: int, form: str, seconds: float) -> Seen:
    """Five quiet seconds for comparison, then the flood."""
    seen = Seen()
    async with line(port, "192.0.2.10") as client:
        login = {"login": "clerk", "password": PASSWORD, "device": "flood"}
        token = (await client.post("/v1/auth/login", json=login)).json()["access_token"]
    quiet = time.perf_counter() + 5
    await asyncio.gather(*(staff(port, seen, "staff, quiet", token, quiet) for _ in range(4)))
    until = time.perf_counter() + seconds
    readers = [staff(port, seen, "staff, flooded", token, until) for _ in range(4)]
    await asyncio.gather(flood(port, seen, form, seconds), citizens(port, seen, until), *readers)
    return seen


def shown(seen: Seen) -> bool:
    """Print the figures; tell whether all is as it should be."""
    for who in sorted(seen.waited):
        ordered = sorted(seen.waited[who])
        at = {
            part: ordered[min(len(ordered) - 1, len(ordered) * part // 100)] * 1000 for part in (50, 95, 99)
        }
        statuses = ", ".join(f"{status}: {count}" for status, count in sorted(seen.told[who].items()))
        figures = f"median {statistics.median(ordered) * 1000:.1f} ms, p95 {at[95]:.1f}, p99 {at[99]:.1f}"
        print(f"{who:24} {figures}   {statuses}")
    print(f"not sent, {MOST_OPEN} open already: {seen.unsent}")
    print(f"the next challenge of the flooding network: {seen.price * 1000:.0f} ms to solve here")
    let_in = seen.told.get("flood: form", Counter())[201] + seen.told.get("flood: form", Counter())[303]
    stored = sum(seen.told.get(f"flood: {kind}", Counter())[201] for kind in ("junk ticket", "junk upload"))
    replayed = seen.told.get("flood: replayed ticket", Counter())[201]
    citizens_in = set(seen.told.get("citizen", {0: 1})) == {201}
    print(f"citizens let in: {'all' if citizens_in else 'NOT ALL'}; forms of the flood let in: {let_in}")
    held = let_in <= PublicLimits().plain_forms_per_network_hour and stored == 0 and replayed <= 1
    return citizens_in and held


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[1])
    parser.add_argument("database", choices=("sqlite", "postgresql"), nargs="?", default="sqlite")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--form", default="/v1/public/complaints", help="where a plain form is posted")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="huanxun-flood-") as folder:
        if asked.database == "sqlite":
            good = _run(Path(folder), None, asked)
        else:
            with postgres.server_url() as url:
                name = f"hx_flood_{os.getpid()}"
                postgres.create(url, name)
                good = _run(Path(folder), postgres.with_database(url, name), asked)
                postgres.drop(url, name)
    sys.exit(0 if good else 1)


def _run(folder: Path, database: str | None, asked: argparse.Namespace) -> bool:
    with instance(folder, database) as port:
        return shown(asyncio.run(story(port, asked.form, min(asked.seconds, 60.0))))


if __name__ == "__main__":
    main()
