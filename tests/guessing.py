"""
Guess at query codes, and time the answers: ``uv run --frozen python -m tests.guessing``.

Loopback only, bounded, ends by itself. A child serves the public face. First 10,000 wrong codes for one number from
200 connections: none may be right, the holder of the code must still get through. Then wrong codes for numbers that
exist against codes for numbers that do not, interleaved: the medians must lie within 5 %.
"""

from __future__ import annotations

import asyncio
import secrets
import statistics
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import httpx2
from altcha import Challenge, Payload, solve_challenge

from models.db.engines import open_engine
from models.domain.words import crockford
from models.domain.words.numbering import public_number
from models.domain.words.query_codes import shown
from models.vault import Vault
from tests import factories
from tests.factories import World
from tests.test_redaction import served

GUESSES: Final = 10_000
CONNECTIONS: Final = 200
TIMED: Final = 150
WITHIN: Final = 0.05
QUERY: Final = "/v1/public/complaints/query"


def guess() -> str:
    return shown("".join(crockford.ALPHABET[secrets.randbelow(32)] for _ in range(16)))


def submit(client: httpx2.Client, network: int) -> dict[str, Any]:
    """Number and code of a new complaint, from a network of its own."""
    caller = {"X-Forwarded-For": f"198.18.{network // 250}.{network % 250 + 1}"}
    asked = client.get("/v1/public/challenge", headers=caller)
    challenge = Challenge.from_dict(asked.json())
    solution = solve_challenge(challenge)
    assert solution is not None
    made = client.post(
        "/v1/public/complaints",
        json={
            "words": "夜里有气味，样例举报",
            "place": {"division": factories.TOWN, "text": "样例路口"},
            "confidentiality": "匿名",
            "consent": {"privacy_version": "1"},
            "altcha": Payload(challenge, solution).to_base64(),
        },
        headers=caller | {"Idempotency-Key": uuid4().hex},
    )
    assert made.status_code == 201, made.text
    return {name: made.json()[name] for name in ("number", "query_code")}


async def storm(base: str, kept: dict[str, Any]) -> None:
    """Ten thousand wrong codes for one number, and its holder in the middle of them."""
    left, seen = iter(range(GUESSES)), Counter[int]()
    limits = httpx2.Limits(max_connections=CONNECTIONS + 5)
    async with httpx2.AsyncClient(base_url=base, timeout=60, trust_env=False, limits=limits) as client:

        async def guesser() -> None:
            for _ in left:
                answer = await client.post(QUERY, json=kept | {"query_code": guess()})
                seen[answer.status_code] += 1

        async def holder() -> list[float]:
            waits = []
            for _ in range(5):
                await asyncio.sleep(1)
                began = time.perf_counter()
                answer = await client.post(QUERY, json=kept)
                assert answer.status_code == 200, answer.text
                waits.append(time.perf_counter() - began)
            return waits

        began = time.perf_counter()
        waiting = asyncio.create_task(holder())
        await asyncio.gather(*(guesser() for _ in range(CONNECTIONS)))
        waits = await waiting
    seconds = time.perf_counter() - began
    print(f"{GUESSES} guesses in {seconds:.0f} s: {dict(seen)}; holder waited {max(waits):.1f} s at most")
    assert seen[200] == 0, "a guess was right"
    assert set(seen) <= {404, 429}, seen


def timed(client: httpx2.Client) -> float:
    """The medians of wrong and of absent, each number asked twice, in turn."""
    there = [submit(client, network)["number"] for network in range(TIMED)]
    took: dict[str, list[float]] = {"wrong": [], "absent": []}
    for number in there * 2:
        for kind, asked in (("wrong", number), ("absent", public_number())):
            body = {"number": asked, "query_code": guess()}
            began = time.perf_counter()
            answer = client.post(QUERY, json=body)
            took[kind].append(time.perf_counter() - began)
            assert answer.status_code == 404, answer.text
    medians = {kind: statistics.median(times) * 1000 for kind, times in took.items()}
    apart = abs(medians["wrong"] / medians["absent"] - 1)
    print(f"wrong {medians['wrong']:.3f} ms, absent {medians['absent']:.3f} ms: {apart:.1%} apart")
    return apart


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="huanxun-guessing-") as name:
        folder = Path(name)
        engine = open_engine(f"sqlite:///{folder / 'huanxun.db'}")
        factories.people_it(engine)
        world = World(f"sqlite:///{folder / 'huanxun.db'}", engine, Vault(factories.KEYS))
        log = folder / "log.txt"
        settings = {"HUANXUN_TRUSTED_PROXIES": "127.0.0.1", "HUANXUN_LOG_LEVEL": "WARNING"}
        with served(world, folder / "data", log, face="public", **settings) as client:
            apart = timed(client)
            asyncio.run(storm(str(client.base_url), submit(client, TIMED)))
        engine.dispose()
    if apart > WITHIN:
        sys.exit("the medians tell wrong from absent")


if __name__ == "__main__":
    main()
