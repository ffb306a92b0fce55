"""A whole complaint is worked off; afterwards nothing in clear, anywhere, tells who complained or in which words."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import LargeBinary, select, text
from starlette.testclient import TestClient

from models.domain.words.text import canonical
from models.operations.reminders import reminding
from models.tables.base import metadata
from tests.api.test_idempotency import complaint_json
from tests.conftest import Clock
from tests.factories import World

As = Callable[[str], dict[str, str]]

NAME: Final = "欧阳样蓝"
PHONE: Final = "13900000417"
ADDRESS: Final = "样例新村七栋十二号"
WORDS: Final = f"我是{NAME}，住{ADDRESS}，电话{PHONE}，窑尾铁烟囱半夜放黄烟，我家老人咳得睡不着。"
NOTE: Final = f"{NAME}说窑主是她堂兄，求别说出去"
REASON: Final = f"核对{NAME}的电话是否打错"
SECRETS: Final = (NAME, PHONE, ADDRESS, "堂兄", "老人咳得", "半夜放黄烟")


class Desk:
    """People working on one complaint over HTTP."""

    def __init__(self, client: TestClient, as_: As, clock: Clock) -> None:
        self.client, self.as_, self.clock = client, as_, clock
        body = complaint_json(
            words=WORDS,
            reporter={"name": NAME, "phone": PHONE, "address": ADDRESS},
            working_text="夜间有黄烟。",
            title="窑厂夜间冒烟",
        )
        headers = as_("clerk") | {"Idempotency-Key": "register-0001"}
        made = client.post("/v1/complaints", json=body, headers=headers)
        assert made.status_code == 201, made.text
        self.complaint, self.case = made.json()["id"], made.json()["case"]["id"]
        again = client.post("/v1/complaints", json=body, headers=headers)
        assert again.json()["id"] == self.complaint

    def version(self) -> dict[str, str]:
        got = self.client.get(f"/v1/cases/{self.case}", headers=self.as_("supervisor"))
        return {"If-Match": got.headers["etag"]}

    def post(self, who: str, path: str, status: int, **body: Any) -> Any:
        self.clock.now += timedelta(seconds=10)
        answer = self.client.post(path, json=body, headers=self.as_(who) | self.version())
        assert answer.status_code == status, answer.text
        return answer.json()

    def step(self, who: str, action: str, **inputs: Any) -> Any:
        return self.post(who, f"/v1/cases/{self.case}/steps", 200, action=action, **inputs)

    def contact(self) -> None:
        path = f"/v1/complaints/{self.complaint}/contacts"
        self.post("clerk", path, 201, way="电话", outcome="已联系上", note=NOTE)

    def look(self) -> None:
        path = f"/v1/complaints/{self.complaint}/identity-views"
        seen = self.post("clerk", path, 200, reason=REASON)
        assert seen["reporter"]["name"] == NAME
        assert seen["words"] == WORDS

    def investigate(self, handler: str) -> None:
        self.step("supervisor", "assign", handlers=[handler], lead=handler)
        self.step("inspector", "investigate")
        whole = self.client.get(f"/v1/cases/{self.case}", headers=self.as_("inspector")).json()
        findings = [
            {"point_id": point["id"], "verdict": "属实", "finding": "夜间确有黄烟", "measure": "责令改正"}
            for point in whole["points"]
        ]
        self.step("inspector", "propose", findings=findings, conclusion="责令停产整改")


def worked_off(client: TestClient, as_: As, clock: Clock, world: World) -> None:
    """The whole way, with everything a clumsy or curious person might do on it."""
    desk = Desk(client, as_, clock)
    desk.contact()
    desk.look()
    client.post(
        f"/v1/complaints/{desk.complaint}/identity-views", json={"reason": REASON}, headers=as_("inspector")
    )
    client.post(
        f"/v1/complaints/{desk.complaint}/identity-views",
        json={"reason": REASON},
        headers=as_("stranger_clerk"),
    )
    client.post("/v1/auth/login", json={"login": PHONE, "password": NAME})
    client.post(
        "/v1/complaints/working-text", json={"words": WORDS, "reporter": {"name": NAME}}, headers=as_("clerk")
    )
    client.post("/v1/complaints", json=complaint_json(words=WORDS, more=NAME), headers=as_("clerk"))
    desk.step("clerk", "accept")
    desk.step("clerk", "tell", way="电话", reached=True)
    desk.investigate(str(world.account("inspector")))
    desk.step("supervisor2", "approve", note="同意")
    desk.step("clerk", "reply", way="电话", reached=True, text="已责令整改", proof="通话记录1")
    desk.step("clerk", "reply_platform", text="已办结", proof="回执1")
    with world.act(now=clock.now + timedelta(days=40)) as act:
        assert reminding.plan_due(act)
    desk.step("clerk", "call_back", way="电话", satisfaction="满意")
    desk.step("clerk", "archive")


def everything(world: World) -> dict[str, bytes]:
    """Every column of every table, as bytes."""
    found: dict[str, bytes] = {}
    with world.engine.connect() as db:
        for table in metadata.sorted_tables:
            for column in table.columns:
                cells = db.execute(select(column)).scalars().all()
                if isinstance(column.type, LargeBinary):
                    found[f"{table.name}.{column.name}"] = b"\n".join(bytes(cell) for cell in cells if cell)
                else:
                    told = json.dumps(
                        [cell for cell in cells if cell is not None], ensure_ascii=False, default=str
                    )
                    found[f"{table.name}.{column.name}"] = told.encode()
    return found


def test_nothing_in_clear_tells_who_complained(
    client: TestClient, as_: As, clock: Clock, world: World
) -> None:
    """No cell of any table holds name, phone, address or words; journal, idempotency and notices were filled."""
    worked_off(client, as_, clock, world)
    found = everything(world)
    for secret in SECRETS:
        assert [where for where, content in found.items() if secret.encode() in content] == []
        escaped = json.dumps(secret).strip('"').encode()
        assert [where for where, content in found.items() if escaped in content] == []
    with world.engine.connect() as db:
        for table in ("journal", "idempotency", "notice", "contact"):
            assert db.execute(text(f"select count(*) from {table}")).scalar_one() > 0
    for verb in (
        "complaint.register",
        "complaint.contact",
        "identity.view",
        "identity.refused",
        "scope.refused",
    ):
        assert verb.encode() in found["journal.payload"]


def test_equal_words_leave_equal_digests_only_under_our_key(world: World) -> None:
    """What the journal keeps of a text is an HMAC: whoever guesses the text cannot confirm it without the key."""
    with world.act() as act:
        act.note("thing.change", "thing", 1, chain="00", content={"reason": REASON})
    stored = everything(world)["journal.payload"]
    assert sha256(canonical({"reason": REASON})).hexdigest().encode() not in stored
    assert world.vault.digest(canonical({"reason": REASON})).encode() in stored
