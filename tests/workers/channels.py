"""Channels for the tests: they keep what they are given, or refuse it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID


class Keeping:
    """A receiver that keeps every message; with ``deduplicates`` it shows each attempt id once."""

    def __init__(self, channel: str = "keeping", *, deduplicates: bool = False) -> None:
        self.channel = channel
        self.deduplicates = deduplicates
        self.got: list[tuple[UUID, Mapping[str, Any]]] = []

    def send(self, attempt_id: UUID, content: Mapping[str, Any]) -> None:
        if not self.deduplicates or attempt_id not in {one for one, _ in self.got}:
            self.got.append((attempt_id, content))


class Failing(Keeping):
    """A channel that raises what it is told to raise, until it is mended."""

    def __init__(self, error: Exception, channel: str = "failing", *, deduplicates: bool = False) -> None:
        super().__init__(channel, deduplicates=deduplicates)
        self.error: Exception | None = error

    def send(self, attempt_id: UUID, content: Mapping[str, Any]) -> None:
        if self.error is not None:
            raise self.error
        super().send(attempt_id, content)


class Watching(Keeping):
    """A channel that does something while a message is on its way."""

    def __init__(self, meanwhile: Callable[[], object]) -> None:
        super().__init__("watching")
        self.meanwhile = meanwhile

    def send(self, attempt_id: UUID, content: Mapping[str, Any]) -> None:
        self.meanwhile()
        super().send(attempt_id, content)
