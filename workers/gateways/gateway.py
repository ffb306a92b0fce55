"""What a channel 渠道 out of the house looks like to the worker; which ones there are is decided by wiring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID


class NotSent(Exception):
    """The channel refused, and certainly nothing was delivered; the message is for the dead-letter list."""


class OutcomeUnknown(Exception):
    """The channel did not say whether it delivered (a time-out after sending)."""


class Gateway(Protocol):
    """One channel. ``send`` blocks for 20 seconds at most, less than a lease."""

    @property
    def channel(self) -> str:
        """Its name in the attempt rows, e.g. ``console``; at most 20 characters."""

    @property
    def deduplicates(self) -> bool:
        """Whether the receiver recognises an attempt id it has seen, so that a repeat is harmless."""

    def send(self, attempt_id: UUID, content: Mapping[str, Any]) -> None:
        """
        Deliver one message; returning means delivered.

        Raises:
            NotSent, OutcomeUnknown
        """
