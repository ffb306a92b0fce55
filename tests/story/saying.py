"""What is said in the story, and when it is."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from models.domain.ids import uuid7

PASSWORD: Final = "story-password-of-the-sample"


def now() -> datetime:
    return datetime.now().astimezone()


def complaint() -> dict[str, Any]:
    return {
        "id": str(uuid7(now())),
        "channel": "12345工单",
        "title": "砖厂旁路烟道冒黑烟（故事）",
        "working_text": "下午旁路烟道冒黄黑烟。",
        "categories": ["大气/工业废气"],
        "place": {"division": "430511101", "text": "青萍村窑尾"},
        "received_at": now().isoformat(),
        "points": ["旁路烟道冒黑烟", "夜间噪声"],
        "words": "我是孙样丙，电话13800000299，砖厂旁边矮烟道天天冒黑烟。",
        "confidentiality": "要求保密",
        "reporter": {"name": "孙样丙", "phone": "13800000299"},
        "external_number": f"故事-{uuid7(now()).hex[-10:]}",
        "occurrences": [
            {"kind": "黑烟", "strength": 4, "hour_from": "15:00", "hour_to": "18:00", "days": "每天"}
        ],
    }
