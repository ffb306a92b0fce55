"""The HTTP requests the benchmark sends, as bytes."""

from __future__ import annotations

import json
import struct
from typing import Any
from uuid import UUID

from models.domain.ids import uuid7
from tests.factories import NOW, TOWN


def get(path: str, token: str = "") -> bytes:
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    return (head + (f"Authorization: Bearer {token}\r\n" if token else "") + "\r\n").encode()


def post(path: str, body: bytes, token: str = "") -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    head += f"Authorization: Bearer {token}\r\n" if token else ""
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def case_body() -> dict[str, Any]:
    """A case as a phone logs it."""
    return {
        "id": str(uuid7(NOW)),
        "title": "砖厂烟囱旁铁烟道冒黑烟",
        "working_text": "下午三点后矮烟道冒黄黑烟，晾晒衣物落灰，附近居民反映已持续一周。",
        "categories": ["大气/烟粉尘"],
        "place": {"division": TOWN, "text": "青萍村窑尾", "lon": 111.4113, "lat": 27.3118, "datum": "WGS-84"},
        "received_at": "2026-11-23T08:40:00+08:00",
    }


def creates(count: int, token: str) -> list[bytes]:
    return [
        post("/v1/cases", json.dumps(case_body(), ensure_ascii=False).encode(), token) for _ in range(count)
    ]


def reads(ids: list[UUID], token: str) -> list[bytes]:
    return [get(f"/v1/cases/{one}", token) for one in ids]


def packed(requests: list[bytes]) -> bytes:
    """Length-prefixed, for the load process."""
    return b"".join(struct.pack("!I", len(one)) + one for one in requests)
