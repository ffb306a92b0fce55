"""Channels for the tests: they keep what they are given, or refuse it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from workers.gateways.gateway import Destination, Parcel


class Keeping:
    """A receiver that keeps every message; with ``deduplicates`` it shows each attempt id once."""

    def __init__(self, channel: str = "keeping", *, deduplicates: bool = False) -> None:
        self.channel = channel
        self.deduplicates = deduplicates
        self.got: list[Parcel] = []
        self.to: list[Destination] = []

    def send(self, parcel: Parcel, to: Destination) -> None:
        if not self.deduplicates or parcel.attempt_id not in self.ids:
            self.got.append(parcel)
            self.to.append(to)

    @property
    def ids(self) -> list[UUID]:
        """The attempts that arrived."""
        return [one.attempt_id for one in self.got]

    @property
    def notices(self) -> list[dict[str, Any]]:
        """What arrived, notice by notice."""
        return [dict(notice) for parcel in self.got for notice in parcel.notices]


class Failing(Keeping):
    """A channel that raises what it is told to raise, until it is mended."""

    def __init__(self, error: Exception, channel: str = "failing", *, deduplicates: bool = False) -> None:
        super().__init__(channel, deduplicates=deduplicates)
        self.error: Exception | None = error
        self.asked = 0

    def send(self, parcel: Parcel, to: Destination) -> None:
        self.asked += 1
        if self.error is not None:
            raise self.error
        super().send(parcel, to)


class Watching(Keeping):
    """A channel that does something while a message is on its way."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        super().__init__("watching")
        self.meanwhile = meanwhile

    def send(self, parcel: Parcel, to: Destination) -> None:
        self.meanwhile()
        super().send(parcel, to)


class Timed(Keeping):
    """A channel that also remembers when each message came."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__("timed")
        self.clock = clock
        self.at: list[datetime] = []

    def send(self, parcel: Parcel, to: Destination) -> None:
        self.at.append(self.clock())
        super().send(parcel, to)
