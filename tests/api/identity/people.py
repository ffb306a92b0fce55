"""A complaint of a known person, worked off over HTTP, and what people ask about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final
from uuid import UUID

from httpx2 import Response
from sqlalchemy import insert, select
from starlette.testclient import TestClient

from models.domain.public.messages import Direction, MessageKind
from models.operations.people import sessions
from models.operations.people.sessions import Candidate
from models.tables.journal import journal
from models.tables.public import messages
from models.vault import new_data_key
from tests.api.test_idempotency import complaint_json
from tests.conftest import Clock
from tests.factories import World

As = Callable[[str], dict[str, str]]

PHONE: Final = "13900000417"
NAME: Final = "欧阳样蓝"
WORDS: Final = f"我是{NAME}，电话{PHONE}，窑尾半夜放黄烟。"
REASON: Final = f"回访{NAME}前核对电话"
SAID: Final = "我家窗户对着烟囱"


class Told:
    """One registered complaint, with its case."""

    def __init__(self, client: TestClient, as_: As, clock: Clock, who: str = "clerk", **changed: Any) -> None:
        self.client, self.as_, self.clock = client, as_, clock
        body = complaint_json(
            words=WORDS,
            reporter={"name": NAME, "phone": PHONE},
            title="窑厂夜间冒烟",
            working_text="夜间有黄烟。",
        )
        answer = client.post("/v1/complaints", json=body | changed, headers=as_(who))
        assert answer.status_code == 201, answer.text
        self.made = answer.json()
        self.id, self.case = self.made["id"], self.made["case"]["id"]
        self.path = f"/v1/complaints/{self.id}"

    def version(self) -> dict[str, str]:
        got = self.client.get(f"/v1/cases/{self.case}", headers=self.as_("supervisor"))
        return {"If-Match": got.headers["etag"]}

    def step(self, who: str, action: str, **inputs: Any) -> None:
        self.clock.now += timedelta(seconds=1)
        headers = self.as_(who) | self.version()
        answer = self.client.post(
            f"/v1/cases/{self.case}/steps", json={"action": action, **inputs}, headers=headers
        )
        assert answer.status_code == 200, answer.text

    def refuse(self) -> None:
        """The shortest end of a case: 不予受理, confirmed by another."""
        self.step("clerk", "refuse", reason="不属职责", note="不属于本局职责")
        self.step("supervisor", "confirm_refusal", note="")

    def look(self, who: str, **body: Any) -> Response:
        return self.client.post(
            f"{self.path}/identity-views", json=body or {"reason": REASON}, headers=self.as_(who)
        )

    def views(self, who: str = "supervisor", **query: Any) -> Response:
        return self.client.get(f"{self.path}/identity-views", params=query, headers=self.as_(who))

    def erase(self, who: str = "supervisor", *, ground: str = "on_request", **headers: str) -> Response:
        body = {"ground": ground, "note": f"{NAME}本人书面申请，2026年第3号"}
        sent = self.as_(who) | (headers or self.version())
        return self.client.post(f"{self.path}/erasure", json=body, headers=sent)


def later(world: World, told: Told, days: int) -> None:
    """Days pass; everybody signs in again."""
    told.clock.now += timedelta(days=days)
    now = told.clock.now

    def headers(name: str) -> dict[str, str]:
        candidate = Candidate(world.account(name), None)
        with world.act(now=now) as act:
            pair = sessions.begin(act, candidate, login=name, network="test", device="测试机", good=True)
        return {"Authorization": f"Bearer {pair.access_token}"}

    told.as_ = cache(headers)


def look_up(client: TestClient, headers: dict[str, str], phone: str = PHONE, **more: Any) -> Response:
    return client.post(
        "/v1/complaints/lookup", json={"phone": phone, "reason": REASON, **more}, headers=headers
    )


def write_message(world: World, complaint_id: str, text: str, at: datetime) -> None:
    """A message of the reporter, sealed as the public face seals it."""
    with world.act(now=at) as act:
        made, data_key = act.new_id(), new_data_key()
        act.db.execute(
            insert(messages).values(
                id=made,
                complaint_id=UUID(complaint_id),
                direction=Direction.IN,
                kind=MessageKind.MESSAGE,
                at=at,
                sealed_key=act.vault.wrap(data_key, aad=f"message:{made}:key"),
                sealed_text=act.vault.seal(data_key, text, place=f"message:{made}:text"),
            )
        )


def refused_as(answer: Response, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    found: dict[str, Any] = answer.json()
    return found


def journalled(world: World, verb: str) -> list[str]:
    """The payloads of a verb, oldest first."""
    with world.engine.connect() as db:
        every = db.execute(select(journal.c.payload).order_by(journal.c.chain, journal.c.seq)).scalars()
        return [payload for payload in every if f'"verb":"{verb}"' in payload]
