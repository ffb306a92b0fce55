"""Tickets over HTTP: what is no solved challenge of ours opens nothing, and a solved one opens one thing once."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from time import perf_counter
from types import SimpleNamespace
from typing import Any

import pytest
from altcha import verify_solution
from sqlalchemy import func, select
from starlette.testclient import TestClient

from api.limits import PAYLOAD_MOST, Gate
from api.tickets import ticket_mark
from models.domain.errors import BadTicket
from models.domain.public.limits import TICKET_KEPT, TICKET_LIFE, PublicLimits, opens_until
from models.keyring import new_keys
from models.tables.complaints import complaints as C
from models.tables.public import tickets as T
from models.vault import Vault
from tests.api.public.asking import a_ticket, packed, public_face, solved, submit, told, unpacked
from tests.conftest import Clock
from tests.factories import KEYS, NOW, World

SECOND = timedelta(seconds=1)


@pytest.fixture
def public(world: World, clock: Clock, tmp_path: Path) -> Iterator[TestClient]:
    with public_face(world, clock, tmp_path) as client:
        yield client


@pytest.fixture
def gate() -> Gate:
    return Gate(Vault(KEYS))


def stored(world: World) -> tuple[int, int]:
    """How many complaints and how many tickets there are."""
    with world.engine.connect() as db:
        return tuple(db.execute(select(func.count()).select_from(one)).scalar_one() for one in (C, T))  # type: ignore[return-value]


# — the proof —


def test_what_we_issue_is_an_altcha_challenge(gate: Gate) -> None:
    """The library that others use solves and verifies it; an old host clock does not matter to us."""
    challenge = gate.challenge("203.0.113.7", NOW)
    payload = solved(challenge)
    assert verify_solution(payload, gate._secret, hmac_key_secret=gate._key_secret).verified
    assert verify_solution(payload, gate._secret).verified, "also by deriving the key again"
    mark = gate.mark_of(payload, NOW)
    assert len(mark) == 16
    assert opens_until(mark) == int((NOW + TICKET_LIFE).timestamp())


def test_one_proof_has_one_mark(gate: Gate) -> None:
    """However the same solved challenge is written down, its mark is the same; another has another."""
    payload = solved(gate.challenge("203.0.113.7", NOW))
    changed = unpacked(payload)
    changed["solution"]["time"] = 12.5
    changed["note"] = "x"
    assert gate.mark_of(packed(changed), NOW) == gate.mark_of(payload, NOW)
    assert gate.mark_of(solved(gate.challenge("203.0.113.7", NOW)), NOW) != gate.mark_of(payload, NOW)


def altered(change: Callable[[dict[str, Any]], object]) -> Callable[[str], str]:
    def altering(payload: str) -> str:
        document = unpacked(payload)
        change(document)
        return packed(document)

    return altering


BAD: dict[str, Callable[[str], str]] = {
    "nothing": lambda _: "",
    "junk of 100 KB": lambda _: "A" * 100_000,
    "not base64": lambda payload: payload[:-5] + "\u3000“”;",
    "not JSON": lambda _: "QUJDRA==",
    "a list": lambda _: packed([1, 2]),
    "a number": lambda _: packed(12),
    "deep nesting": lambda _: packed(json.loads("[" * 80 + "]" * 80)),
    "cut": lambda payload: payload[:200],
    "no solution": altered(lambda one: one.pop("solution")),
    "no signature": altered(lambda one: one["challenge"].pop("signature")),
    "signature of another type": altered(lambda one: one["challenge"].update(signature=7)),
    "a later end": altered(lambda one: one["challenge"]["parameters"]["data"].update(until=2**33)),
    "no end": altered(lambda one: one["challenge"]["parameters"].pop("data")),
    "a huge cost": altered(lambda one: one["challenge"]["parameters"].update(cost=99_999_999_999)),
    "another algorithm": altered(lambda one: one["challenge"]["parameters"].update(algorithm="SHA-256")),
    "no key signature": altered(lambda one: one["challenge"]["parameters"].pop("keySignature")),
    "a wrong key": altered(lambda one: one["solution"].update(derivedKey="00" * 32)),
    "a key of another type": altered(lambda one: one["solution"].update(derivedKey=[])),
}


@pytest.mark.parametrize("change", BAD.values(), ids=BAD)
def test_what_is_no_proof_is_refused_in_a_millisecond(gate: Gate, change: Callable[[str], str]) -> None:
    """Junk, altered, unsolved: refused by name, in no time, whatever its size or claimed cost."""
    bad = change(solved(gate.challenge("203.0.113.7", NOW)))
    times = []
    for _ in range(5):
        began = perf_counter()
        with pytest.raises(BadTicket, match="重新获取验证"):
            gate.mark_of(bad, NOW)
        times.append(perf_counter() - began)
    assert min(times) < 0.001


def test_a_thousand_damaged_proofs_are_refused(gate: Gate) -> None:
    """Whatever character of a proof is changed: it is refused, or it is still the same proof."""
    payload = solved(gate.challenge("203.0.113.7", NOW))
    mark, chance = gate.mark_of(payload, NOW), random.Random(1)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
    refused = 0
    for _ in range(1_000):
        at = chance.randrange(len(payload))
        damaged = payload[:at] + chance.choice(letters) + payload[at + 1 :]
        try:
            assert gate.mark_of(damaged, NOW) == mark
        except BadTicket:
            refused += 1
    assert refused > 800


def test_a_good_proof_is_checked_in_a_millisecond(gate: Gate) -> None:
    """Checking costs the server no key derivation, however dear the challenge was."""
    dear = Gate(Vault(KEYS), PublicLimits(free_challenges_per_network_hour=1))
    for _ in range(9):
        challenge = dear.challenge("203.0.113.7", NOW)
    payload, times = solved(challenge), []
    for _ in range(20):
        began = perf_counter()
        dear.mark_of(payload, NOW)
        times.append(perf_counter() - began)
    assert min(times) < 0.001


def test_another_instance_has_other_challenges(gate: Gate) -> None:
    """A challenge of another instance is foreign; of another process of this one it is ours."""
    foreign = Gate(Vault(new_keys()))
    payload = solved(foreign.challenge("203.0.113.7", NOW))
    assert foreign.mark_of(payload, NOW)
    with pytest.raises(BadTicket):
        gate.mark_of(payload, NOW)
    assert Gate(Vault(KEYS)).mark_of(solved(gate.challenge("203.0.113.7", NOW)), NOW)


def test_a_proof_is_forgotten_in_the_end(gate: Gate) -> None:
    """For as long as its ticket may be remembered it has a mark, then it is refused at once."""
    payload = solved(gate.challenge("203.0.113.7", NOW))
    end = NOW + TICKET_LIFE + TICKET_LIFE + TICKET_KEPT
    assert gate.mark_of(payload, end - SECOND)
    with pytest.raises(BadTicket):
        gate.mark_of(payload, end)


def test_a_ticket_is_not_shown_for_ever(public: TestClient, world: World) -> None:
    """A ticket that is replayed again and again is turned away before the database; another one is not."""
    public.app.state.gate = Gate(Vault(KEYS), PublicLimits(ticket_most_shown_per_hour=3))  # type: ignore[attr-defined]
    payload, other = a_ticket(public), a_ticket(public)
    answers = [submit(public, payload, key=f"a-key-{n:04}") for n in range(5)]
    assert [one.status_code for one in answers] == [201, 409, 409, 429, 429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert "12345" in answers[-1].json()["detail"]
    assert submit(public, other).status_code == 201


# — the submission —


@pytest.mark.parametrize("change", BAD.values(), ids=BAD)
def test_nothing_is_stored_without_a_ticket(
    public: TestClient, world: World, change: Callable[[str], str]
) -> None:
    """A submission with what is no proof is 422 with the way out, and nothing of it is stored."""
    answer = submit(public, change(a_ticket(public)))
    assert answer.status_code == 422
    assert stored(world) == (0, 0)


def test_the_same_again_is_the_same(public: TestClient, world: World) -> None:
    """Lost replies: the same ticket, key and content give the same number and code, even after its end."""
    payload = a_ticket(public)
    first = submit(public, payload)
    assert first.status_code == 201
    for _ in range(3):
        again = submit(public, payload)
        assert (again.status_code, again.json()["number"]) == (201, first.json()["number"])
        assert again.json()["query_code"] == first.json()["query_code"]
    assert stored(world) == (1, 1)


def test_a_lost_reply_may_be_asked_for_after_the_end(public: TestClient, world: World, clock: Clock) -> None:
    """A phone that was without a signal for hours still gets its number, and no second complaint is made."""
    payload = a_ticket(public)
    first = submit(public, payload)
    clock.now = NOW + 5 * TICKET_LIFE
    assert submit(public, payload).json()["number"] == first.json()["number"]
    assert stored(world) == (1, 1)


def test_a_replayed_ticket_makes_no_second_complaint(public: TestClient, world: World) -> None:
    """The same ticket with another key, or the same key with other content, is 409 and stores nothing."""
    payload = a_ticket(public)
    assert submit(public, payload).status_code == 201
    for changed in ({"key": "another-key"}, {"words": "另外一件事，和前面那件没有关系。"}):
        answer = submit(public, payload, **changed)
        assert (answer.status_code, answer.json()["code"]) == (409, "other_content")
    assert stored(world) == (1, 1)


def test_the_same_key_under_another_ticket_is_anothers(public: TestClient, world: World) -> None:
    """Keys belong to tickets: a stranger who guesses a key learns nothing of what was stored under it."""
    first = submit(public, a_ticket(public))
    other = submit(public, a_ticket(public))
    assert other.status_code == 201
    assert other.json()["number"] != first.json()["number"]
    assert stored(world) == (2, 2)


def test_a_late_proof_opens_nothing(public: TestClient, world: World, clock: Clock) -> None:
    """A challenge that is shown for the first time after two hours is refused as expired, with the way out."""
    payload = a_ticket(public)
    clock.now = NOW + TICKET_LIFE + SECOND
    answer = submit(public, payload)
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_ticket")
    assert "重新获取验证" in answer.json()["detail"]
    assert stored(world) == (0, 0)


def test_a_proof_is_asked_for(public: TestClient, world: World) -> None:
    """A JSON submission without a proof is refused, and told where to get one."""
    answer = public.post("/v1/public/complaints", json=told(), headers={"Idempotency-Key": "a-key-of-mine"})
    assert answer.status_code == 422
    assert "/v1/public/challenge" in answer.text
    assert stored(world) == (0, 0)


def test_a_header_carries_it_for_uploads(public: TestClient, gate: Gate) -> None:
    """The dependency of uploads reads the header; without it, and with junk, it refuses."""
    request: Any = SimpleNamespace(app=public.app)
    payload = a_ticket(public)
    assert asyncio.run(ticket_mark(request, payload)) == gate.mark_of(payload, NOW)
    for bad, said in ((None, "Huanxun-Ticket"), ("A" * (PAYLOAD_MOST + 1), "重新获取")):
        with pytest.raises(BadTicket, match=said):
            asyncio.run(ticket_mark(request, bad))
