"""What the gate lets pass: the price of challenges, forms without proof, wrong codes; nothing is ever locked."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from time import perf_counter

import pytest
from starlette.requests import Request

from api.limits import WINDOW, Gate, Hourly, network_of
from models.domain.errors import NotFound, TooManyRequests
from models.domain.public.limits import KDF_COST, PublicLimits
from models.settings import Settings
from models.vault import Vault
from tests.factories import KEYS, NOW

HERE, THERE = "203.0.113.7", "198.51.100.9"


def gate(**changed: object) -> Gate:
    return Gate(Vault(KEYS), PublicLimits(**changed))  # type: ignore[arg-type]


async def found() -> str:
    return "ok"


async def not_found() -> str:
    raise NotFound


# — the price —


def test_the_price_rises_in_steps_to_a_cap() -> None:
    """Nothing but one step at first; 25, 50, 100 … with every further portion; never above the cap."""
    limits = PublicLimits()
    free = limits.free_challenges_per_network_hour
    asked = (0, free - 1, free, 2 * free, 3 * free, 4 * free, 5 * free, 10**9)
    assert [limits.steps(one) for one in asked] == [0, 0, 25, 50, 100, 200, 400, 400]
    assert PublicLimits(challenge_most_steps=10).steps(10**9) == 10


def test_one_network_pays_and_another_does_not() -> None:
    """Who asks for many challenges makes them dear for his own network, for an hour, and for nobody else."""
    asked: list[int] = []

    class Watched(PublicLimits):
        def steps(self, count: int) -> int:
            asked.append(count)
            return 0

    one = Gate(Vault(KEYS), Watched())
    for _ in range(50):
        one.challenge(HERE, NOW)
    one.challenge(THERE, NOW)
    one.challenge(HERE, NOW + WINDOW)
    assert asked == [*range(50), 0, 0]


def test_a_form_raises_the_price_too() -> None:
    """A plain form counts towards the price of its network: nothing is cheaper for leaving the proof out."""
    one = gate(free_challenges_per_network_hour=1, challenge_most_steps=400)
    assert one.challenge(THERE, NOW)["parameters"]["cost"] == KDF_COST
    one.admit_unproven(HERE, NOW)
    assert one._asked.count(one._mark("asked", HERE, NOW), NOW) == 1


def test_a_challenge_is_cheap_to_make() -> None:
    """The server pays less than 5 ms for a challenge, whatever its price for the one who solves it."""
    dear = gate(free_challenges_per_network_hour=1)
    for _ in range(10):
        dear.challenge(HERE, NOW)
    began = perf_counter()
    for _ in range(20):
        dear.challenge(HERE, NOW)
    assert (perf_counter() - began) / 20 < 0.005


# — forms without proof —


def test_a_network_has_so_many_plain_forms_an_hour() -> None:
    """The next one is refused before any work for it, with when to come again; another network is let in."""
    one = gate(plain_forms_per_network_hour=3)
    for _ in range(3):
        one.admit_unproven(HERE, NOW)
    with pytest.raises(TooManyRequests, match=r"您所在的网络.*40分钟后再试") as refused:
        one.admit_unproven(HERE, NOW + timedelta(minutes=20))
    assert refused.value.retry_after_seconds == 40 * 60
    one.admit_unproven(THERE, NOW)
    one.admit_unproven(HERE, NOW + WINDOW)


def test_all_networks_together_have_so_many() -> None:
    """There is a limit in all; what is refused to one network does not use it up."""
    one = gate(plain_forms_per_network_hour=2, plain_forms_per_hour=3)
    for _ in range(2):
        one.admit_unproven(HERE, NOW)
    for _ in range(100):
        with pytest.raises(TooManyRequests):
            one.admit_unproven(HERE, NOW)
    one.admit_unproven(THERE, NOW)
    with pytest.raises(TooManyRequests, match="全网"):
        one.admit_unproven("192.0.2.1", NOW)


def test_the_way_out_is_told() -> None:
    """The contact names the hotline, the office hours and, where there is one, the bureau's own phone."""
    limits = PublicLimits(hotline="12345", office_hours="周一到周五", bureau_phone="0739-0000000")
    assert "12345" in limits.contact
    assert "周一到周五" in limits.contact
    assert "0739-0000000" in limits.contact
    assert "本局电话" not in PublicLimits().contact


# — wrong codes —


def test_wrong_codes_slow_a_number_down_and_never_lock_it() -> None:
    """Five are free, then 0.25 s, 0.5 s, 1 s … never more than 4 s; after an hour it is forgotten."""
    one = gate()
    waits = []
    for _ in range(14):
        waits.append(one.slowness("ABC", NOW))
        one.wrong("ABC", NOW)
    assert waits == [0, 0, 0, 0, 0, 0.25, 0.5, 1, 2, 4, 4, 4, 4, 4]
    assert one.slowness("XYZ", NOW) == 0
    assert one.slowness("ABC", NOW + WINDOW) == 0


def test_the_right_code_is_answered_however_many_were_wrong() -> None:
    """The owner waits as long as the guesser and gets his answer; a right code is not counted."""
    one = gate(wrong_codes_free_per_hour=0, wrong_code_longest_seconds=0.01)

    async def story() -> None:
        for _ in range(20):
            with pytest.raises(NotFound):
                await one.answered("ABC", NOW, not_found)
        began = perf_counter()
        assert await one.answered("ABC", NOW, found) == "ok"
        assert perf_counter() - began >= 0.009
        assert one._wrong.count(one._mark("code", "ABC", NOW), NOW) == 20

    asyncio.run(story())


def test_when_many_wait_only_wrong_codes_are_turned_away() -> None:
    """Beyond the bound nobody waits: a right code is answered at once, a wrong one gets 429, and is counted."""
    one = gate(wrong_codes_free_per_hour=0, wrong_code_longest_seconds=0.2, wrong_code_most_waiting=2)

    async def story() -> None:
        one.wrong("ABC", NOW)
        waiting = [asyncio.create_task(_outcome(one, not_found)) for _ in range(2)]
        await asyncio.sleep(0)
        began = perf_counter()
        assert await one.answered("ABC", NOW, found) == "ok"
        with pytest.raises(TooManyRequests) as refused:
            await one.answered("ABC", NOW, not_found)
        assert perf_counter() - began < 0.1
        assert refused.value.retry_after_seconds == 60
        assert await asyncio.gather(*waiting) == ["NotFound", "NotFound"]
        assert one._waiting == 0

    asyncio.run(story())


def test_who_gives_up_waiting_leaves_his_place() -> None:
    """A closed connection frees its place among those who wait."""
    one = gate(wrong_codes_free_per_hour=0, wrong_code_longest_seconds=4.0)

    async def story() -> None:
        for _ in range(5):
            one.wrong("ABC", NOW)
        task = asyncio.create_task(one.answered("ABC", NOW, found))
        await asyncio.sleep(0)
        assert one._waiting == 1
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert one._waiting == 0

    asyncio.run(story())


async def _outcome(one: Gate, look: Callable[[], Awaitable[str]]) -> str:
    try:
        return await one.answered("ABC", NOW, look)
    except (NotFound, TooManyRequests) as error:
        return type(error).__name__


# — counting —


def test_the_room_is_bounded() -> None:
    """However many networks come, so many are remembered; what is over goes first, then the oldest."""
    counted = Hourly(most=100)
    for n in range(1_000):
        counted.add(n.to_bytes(4, "big"), NOW)
    assert len(counted) == 100
    assert counted.count((999).to_bytes(4, "big"), NOW) == 1
    counted.add(b"late", NOW + WINDOW)
    assert len(counted) == 1


def test_a_clock_set_back_counts_anew() -> None:
    """An hour that seems to begin in the future is no hour."""
    counted = Hourly()
    assert [counted.add(b"a", NOW), counted.add(b"a", NOW), counted.add(b"a", NOW - WINDOW)] == [1, 2, 1]


def test_no_address_is_remembered() -> None:
    """What the gate keeps are 16-byte marks under a key of the day."""
    one = gate()
    one.challenge(HERE, NOW)
    one.admit_unproven(HERE, NOW)
    one.wrong("ABC", NOW)
    for counted in (one._asked, one._forms, one._wrong):
        assert all(len(key) == 16 or key == b"all" for key in counted._seen)
        assert HERE not in repr(counted._seen)
    assert one._mark("asked", HERE, NOW) != one._mark("asked", HERE, NOW + timedelta(days=1))


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1%eth0", "2001:db8:1:2::"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("testclient", "?"),
        (None, "?"),
    ],
)
def test_a_network_is_what_one_household_has(host: str | None, network: str) -> None:
    """IPv4 by address, IPv6 by its /64; what is no address is one network of its own."""
    client = None if host is None else (host, 4711)
    assert network_of(Request({"type": "http", "client": client, "headers": []})) == network


def test_every_threshold_is_a_setting() -> None:
    """The limits in force are those of the settings, whose defaults are the limits' own."""
    assert Settings().public_limits == PublicLimits()
    changed = Settings(challenge_most_steps=7, hotline="12369")
    assert (changed.public_limits.challenge_most_steps, changed.public_limits.hotline) == (7, "12369")
