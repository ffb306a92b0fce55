"""What one photo may cost while it is on its way; plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MOST_FILE_BYTES: Final = 64_000_000
"""What no setting can raise the limit of a file beyond."""

TRIES_PER_HOUR: Final = 30
"""Photos tried under one ticket, good or bad: nine good ones and many mistakes."""


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """
    The thresholds, each a setting of the same name.

    ``upload_file_bytes``: one file. ``upload_waiting_bytes``: all bodies held in memory at once.
    ``upload_body_seconds``: from the first to the last byte of one body.
    """

    upload_file_bytes: int = 12_000_000
    upload_waiting_bytes: int = 96_000_000
    upload_body_seconds: float = 120.0
