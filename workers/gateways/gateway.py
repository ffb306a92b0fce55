"""What a channel 渠道 out of the house looks like to the worker; which ones there are is decided by wiring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID


class NotSent(Exception):
    """
    The channel refused, and certainly nothing was delivered; ``reason`` is for the dead-letter list.

    ``retry_after``: seconds that the receiver asked to be left alone; ``permanent``: the same message will be refused
    by the same destination again. A reason never contains a query, key, address or content.
    """

    def __init__(self, reason: str, retry_after: float | None = None, permanent: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after
        self.permanent = permanent


class OutcomeUnknown(Exception):
    """The message left whole, and the channel did not say what became of it (time-out, reset, 5xx, an odd answer)."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Parcel:
    """
    One message to one person.

    ``notices`` are the contents of the notices in it, for receivers that are programs; ``text`` says the same to people
    and ends without the link. ``sample``: from an instance whose data is sample data, which every message says.
    """

    attempt_id: UUID
    subject: str
    text: str = field(repr=False)
    notices: Sequence[Mapping[str, Any]] = field(repr=False)
    link: str | None = None
    sample: bool = False


@dataclass(frozen=True, slots=True)
class Destination:
    """Where to: the opened configuration of the channel, and the person's address on it."""

    config: Mapping[str, Any] = field(default_factory=dict, repr=False)
    address: str | None = field(default=None, repr=False)


class Gateway(Protocol):
    """One kind of channel. ``send`` blocks for 20 seconds at most, less than a lease."""

    @property
    def channel(self) -> str:
        """Its name in the attempt rows: the value of a ``ChannelKind``."""

    @property
    def deduplicates(self) -> bool:
        """Whether the receiver recognises an attempt id it has seen, so that a repeat is harmless."""

    def send(self, parcel: Parcel, to: Destination) -> None:
        """
        Deliver one message; returning means delivered.

        Raises:
            NotSent, OutcomeUnknown
        """
