"""What befalls the workers of a simulated year: they die between any two lines, and channels fail them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from random import Random

from models.operations.act import Act
from workers.gateways.gateway import Destination, NotSent, OutcomeUnknown, Parcel
from workers.station import Station


class Killed(BaseException):
    """Ends a worker where it stands, past every handler of errors."""


class Trouble:
    """Throws the dice; ``calm`` ends all trouble, so that the year can be brought to its end."""

    def __init__(self, dice: Random, clock: Callable[[], datetime]) -> None:
        self.dice = dice
        self.clock = clock
        self.counted: Counter[str] = Counter()
        self.calm = False

    def befalls(self, what: str, chance: float) -> bool:
        if self.calm or self.dice.random() >= chance:
            return False
        self.counted[what] += 1
        return True

    def kill(self, where: str, chance: float = 0.004) -> None:
        if self.befalls(f"killed {where}", chance):
            raise Killed(where)


class MortalStation(Station):
    """A station whose worker may die before, in, or right after any of its transactions."""

    trouble: Trouble

    @contextmanager
    def acting(self) -> Iterator[Act]:
        self.trouble.kill("before a transaction")
        with super().acting() as act:
            yield act
            self.trouble.kill("in a transaction")
        self.trouble.kill("after a commit")


@dataclass(frozen=True, slots=True)
class Arrival:
    """A message as it came to its person."""

    parcel: Parcel
    at: datetime
    channel: str


class Sink:
    """A receiver that keeps what arrives, refuses some, and loses the answer to others."""

    def __init__(self, channel: str, trouble: Trouble, arrived: list[Arrival], *, deduplicates: bool) -> None:
        self.channel = channel
        self.deduplicates = deduplicates
        self.trouble = trouble
        self.arrived = arrived
        self.meanwhile: Callable[[], None] = lambda: None
        self._seen: set[object] = set()

    def send(self, parcel: Parcel, to: Destination) -> None:
        self.trouble.kill("before the send", 0.02)
        if self.trouble.befalls(f"{self.channel} refused", 0.1):
            raise NotSent("对方忙")
        if self.trouble.befalls(f"{self.channel} lost the message", 0.01):
            raise OutcomeUnknown("超时")
        if not self.deduplicates or parcel.attempt_id not in self._seen:
            self._seen.add(parcel.attempt_id)
            self.arrived.append(Arrival(parcel, self.trouble.clock(), self.channel))
        self.meanwhile()
        if self.trouble.befalls(f"{self.channel} lost the answer", 0.01):
            raise OutcomeUnknown("超时")
        self.trouble.kill("after the send", 0.02)
