"""The console 控制台 as a channel, for laptops and tests: one JSON line per message on standard output."""

from __future__ import annotations

import json
import sys
from typing import ClassVar

from models.domain.outgoing.channels import ChannelKind
from workers.gateways.gateway import Destination, Parcel


class Console:
    """Whoever reads standard output cannot tell a repeated line from a new one."""

    channel: ClassVar[str] = ChannelKind.CONSOLE.value
    deduplicates: ClassVar[bool] = False

    def send(self, parcel: Parcel, to: Destination) -> None:
        line = {
            "attempt_id": str(parcel.attempt_id),
            "subject": parcel.subject,
            "text": parcel.text,
            "link": parcel.link,
            "sample": parcel.sample,
            "notices": [dict(one) for one in parcel.notices],
        }
        sys.stdout.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")
        sys.stdout.flush()
