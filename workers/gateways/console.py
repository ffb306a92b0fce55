"""The console 控制台 as a channel, for laptops and tests: one JSON line per message on standard output."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID


class Console:
    """Whoever reads standard output cannot tell a repeated line from a new one."""

    channel: ClassVar[str] = "console"
    deduplicates: ClassVar[bool] = False

    def send(self, attempt_id: UUID, content: Mapping[str, Any]) -> None:
        line = {"attempt_id": str(attempt_id), **content}
        sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
        sys.stdout.flush()
