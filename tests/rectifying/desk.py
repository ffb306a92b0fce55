"""Those who take part in the rectification story: each asks over HTTP, and lets days pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any, Protocol
from uuid import uuid4

from models.domain.ids import uuid7


class Answer(Protocol):
    """What came back."""

    @property
    def status_code(self) -> int: ...

    @property
    def text(self) -> str: ...

    def json(self) -> Any: ...


Ask = Callable[..., Answer]
"""``ask(who, method, path, json=…, content=…, headers=…)``; ``who`` ``None`` is the public."""


@dataclass(slots=True)
class Desk:
    """The people of the story, the clock they share, and what befalls the machines between two sentences."""

    ask: Ask
    now: Callable[[], datetime]
    let_pass: Callable[[timedelta], None]
    trouble: Callable[[], None] = lambda: None

    @property
    def today(self) -> date:
        return self.now().date()

    def good(self, who: str | None, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """What must succeed; gives the body."""
        self.trouble()
        answer = self.ask(who, method, path, json=body, headers=headers)
        assert answer.status_code < 300, (who, method, path, answer.status_code, answer.text)
        return answer.json() if answer.text else None

    def refused(self, who: str | None, method: str, path: str, body: Any, status: int, **headers: str) -> Any:
        """What must be refused, with this status; gives the problem."""
        answer = self.ask(who, method, path, json=body, headers=headers)
        assert answer.status_code == status, (who, method, path, answer.status_code, answer.text)
        return answer.json()

    def version(self, case_id: str) -> dict[str, str]:
        return {"If-Match": f'"{self.good("supervisor", "GET", f"/v1/cases/{case_id}")["version"]}"'}

    def step(self, who: str, case_id: str, action: str, **inputs: Any) -> Any:
        """One lifecycle step on the version just read, under a key of its own."""
        headers = {**self.version(case_id), "Idempotency-Key": f"story-{uuid4()}"}
        return self.good(who, "POST", f"/v1/cases/{case_id}/steps", {"action": action, **inputs}, **headers)

    def unmet(self, who: str, case_id: str, action: str, **inputs: Any) -> dict[str, str]:
        """The guards that refuse a step, each with what it says."""
        body = {"action": action, **inputs}
        told = self.refused(who, "POST", f"/v1/cases/{case_id}/steps", body, 409, **self.version(case_id))
        return {one["guard"]: one["message"] for one in told["unmet"]}

    def material(self, who: str, case_id: str, kind: str, title: str, data: bytes, **facts: Any) -> str:
        """A paper promised and sent; gives its id."""
        material_id = str(uuid7(self.now()))
        path = f"/v1/cases/{case_id}/materials/{material_id}"
        body = {
            "kind": kind,
            "title": title,
            "file_name": f"{title}.bin",
            "sha256": sha256(data).hexdigest(),
            "size": len(data),
            "facts": facts,
        }
        self.good(who, "PUT", path, body, **self.version(case_id))
        self.trouble()
        answer = self.ask(
            who,
            "PUT",
            f"{path}/file",
            content=data,
            headers={"Content-Type": "application/octet-stream"},
        )
        assert answer.status_code < 300, (kind, title, answer.status_code, answer.text)
        return material_id
