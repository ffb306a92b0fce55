"""The staff over HTTP: each request is repeated, unchanged, until it is answered."""

from __future__ import annotations

import time
from typing import Any, Final

import httpx2

from models.domain.ids import uuid7
from tests.story.instance import Instance
from tests.story.saying import PASSWORD, complaint, now

PATIENCE_SECONDS: Final = 90


class People:
    """The staff over HTTP: each request is repeated, unchanged, until it is answered."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.tokens: dict[str, str] = {}
        self.acknowledged: dict[str, str] = {}
        self.http = httpx2.Client(base_url=f"http://127.0.0.1:{instance.port}", timeout=10, trust_env=False)

    def ask(self, who: str, method: str, path: str, body: Any = None, **headers: str) -> httpx2.Response:
        """Send JSON until an answer comes that is not a server's trouble."""
        return self.send(who, method, path, json=body, headers=headers)

    def send(self, who: str | None, method: str, path: str, **how: Any) -> httpx2.Response:
        """Send until an answer comes that is not a server's trouble; ``who`` ``None`` is the public."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        wanted = how.pop("headers", {})
        while True:
            try:
                answer = self.http.request(method, path, headers={**self._bearer(who), **wanted}, **how)
                if answer.status_code == 401 and who is not None:
                    self.tokens.pop(who, None)
                    continue
                if answer.status_code < 500 and answer.status_code != 429:
                    return answer
            except httpx2.TransportError:
                pass
            if time.monotonic() > give_up:
                raise TimeoutError(f"{method} {path}")
            for name in ("serve", "worker"):
                if name in self.instance.children:
                    self.instance.mend("fault", name)
            time.sleep(0.1)

    def _bearer(self, who: str | None) -> dict[str, str]:
        if who is None:
            return {}
        return {"Authorization": f"Bearer {self.tokens.get(who) or self.sign_in(who)}"}

    def sign_in(self, who: str) -> str:
        answer = self.http.post(
            "/v1/auth/login", json={"login": who, "password": PASSWORD, "device": "story"}
        )
        answer.raise_for_status()
        self.tokens[who] = answer.json()["access_token"]
        return self.tokens[who]

    def good(self, who: str, method: str, path: str, body: Any = None, **headers: str) -> Any:
        answer = self.ask(who, method, path, body, **headers)
        assert answer.status_code < 300, (who, method, path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def step(self, who: str, case_id: str, action: str, **inputs: Any) -> Any:
        """One lifecycle step with a key of its own, on the version just read."""
        version = self.good(who, "GET", f"/v1/cases/{case_id}")["version"]
        headers = {"If-Match": f'"{version}"', "Idempotency-Key": f"story-{uuid7(now())}"}
        return self.good(who, "POST", f"/v1/cases/{case_id}/steps", {"action": action, **inputs}, **headers)

    def register(self, **changed: Any) -> Any:
        body = complaint() | changed
        made = self.good("clerk", "POST", "/v1/complaints", body)
        self.acknowledged[made["case"]["id"]] = made["case"]["number"]
        return made
