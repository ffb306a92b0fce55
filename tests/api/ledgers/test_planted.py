"""
Values planted in everything that rectification and reminders took in: none of them is where nobody looks for it.

Sealed is what reaches or betrays somebody: an objection with its sender, phones and addresses of one's own, keys
and addresses of channels. It lies nowhere in clear, not in the database either. What an item says and who is
responsible is work: it is in its rows, but in no log, metric, refusal, header, journal row or file name.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from subprocess import STDOUT, Popen
from typing import Any
from uuid import UUID

import httpx2
from sqlalchemy import MetaData, select

from models.domain.ids import uuid7
from tests.api.ledgers.planted import (
    AT_STATION,
    CHANNELS,
    FILE_NAME,
    HOOK,
    IN_CELL,
    ITEM,
    MAIL_CODE,
    MY_MAIL,
    MY_PHONE,
    OBJECTION,
    OBJECTOR,
    OBJECTS_BY,
    PAPER,
    PERSON,
    PLAIN,
    ROBOT,
    SEALED,
    SEALED_TOO,
    SIGNING,
    SMS_CODE,
    TASK_PERSON,
    WORK,
)
from tests.documents.books import table
from tests.factories import COUNTY, NOW, PASSWORD, TOWN, TOWN_HALL, World
from tests.measure import ROOT
from tests.operations.ledgers.stories import ledger, listed
from tests.operations.publishing.item_stories import published, verified
from tests.test_planted import CALLERS, IN_PHOTOS, Sender, found_in, photo
from tests.test_redaction import database, served


class Planter(Sender):
    """Staff and public in one; keeps every refusal, and the headers of every answer."""

    def __init__(self, client: httpx2.Client) -> None:
        super().__init__(client)
        self.headers: list[str] = []
        self._tokens: dict[str, str] = {}

    def ask(self, who: str, method: str, path: str, **how: Any) -> httpx2.Response:
        """As a person; ``If-Match`` by what is there."""
        if who not in self._tokens:
            body = {"login": who, "password": PASSWORD, "device": "测试机"}
            self._tokens[who] = self.client.post("/v1/auth/login", json=body).json()["access_token"]
        headers = {"Authorization": f"Bearer {self._tokens[who]}"} | how.pop("headers", {})
        answer = self.client.request(method, path, headers=headers, **how)
        named = {key: value for key, value in answer.headers.items() if key != "content-disposition"}
        self.headers.append(str(named))
        if answer.status_code >= 400:
            self.refusals.append(answer.text)
        return answer

    def good(self, who: str, method: str, path: str, **how: Any) -> httpx2.Response:
        answer = self.ask(who, method, path, **how)
        assert answer.status_code < 300, (path, answer.text)
        return answer

    def at(self, who: str, path: str) -> dict[str, str]:
        return {"If-Match": self.good(who, "GET", path).headers["etag"]}

    def bad(self, who: str, method: str, path: str, **how: Any) -> None:
        answer = self.ask(who, method, path, **how)
        assert 400 <= answer.status_code < 500, (path, answer.status_code)


def channels(by: Planter) -> dict[str, str]:
    """One of each kind, and each wrongly in three ways; gives their ids."""
    made = {}
    for kind, config in CHANNELS.items():
        body = {"kind": kind, "title": f"样例{kind}", "division": COUNTY, "config": config}
        made[kind] = by.good("admin", "POST", "/v1/channels", json=body).json()["id"]
        path = f"/v1/channels/{made[kind]}"
        for wrong in ({**config, SIGNING: ROBOT}, dict.fromkeys(config, f"{SIGNING}\n{MAIL_CODE}"), SMS_CODE):
            by.bad("admin", "POST", "/v1/channels", json=body | {"config": wrong})
            by.bad("admin", "PATCH", path, json={"config": wrong}, headers=by.at("admin", path))
        far = {"url": f"http://10.1.2.3/{HOOK}?key={ROBOT}"} if "url" in config else {"host": "10.1.2.3"}
        by.bad("admin", "POST", "/v1/channels", json=body | {"config": config | far})
        by.good("admin", "PATCH", path, json={"config": config}, headers=by.at("admin", path))
        shown = by.good("admin", "GET", path).text + by.good("admin", "GET", "/v1/channels").text
        assert found_in(shown.encode(), SEALED) == set(), "nobody reads a key back"
    return made


def contacts(by: Planter, made: dict[str, str]) -> None:
    """Phone and mail of a person on his channels; wrong ones too."""
    path, mine = "/v1/me/contacts", {"smtp": MY_MAIL, "sms": MY_PHONE}
    for phone, kind in ((MY_MAIL, "sms"), (MY_PHONE, "smtp"), (f"{MY_PHONE}7777", "sms")):
        by.bad("liaison", "PUT", path, json={"items": [{"channel_id": made[kind], "address": phone}]})
    by.bad("liaison", "PUT", path, json={"items": [{"channel_id": MY_PHONE, MY_MAIL: MY_PHONE}]})
    items = [{"channel_id": made[kind], "address": address} for kind, address in mine.items()]
    by.good("liaison", "PUT", path, json={"items": items})
    assert found_in(by.good("liaison", "GET", path).content, [MY_PHONE, MY_MAIL]) == set(), "shown masked"


def send(by: Planter, made: dict[str, str], settings: dict[str, str], log: Path) -> None:
    """A real worker tries every channel, at a port where nobody listens."""
    address = {"smtp": MY_MAIL, "sms": MY_PHONE}
    items = [{"channel_id": one, "address": address.get(kind)} for kind, one in made.items()]
    by.good("admin", "PUT", "/v1/me/contacts", json={"items": items})
    for one in made.values():
        by.good("admin", "POST", f"/v1/channels/{one}/test")
    until, tried = time.monotonic() + 30, set[str]()
    with log.open("wb") as out:
        worker = Popen(
            [sys.executable, "-m", "workers.run"], cwd=ROOT, env=settings, stdout=out, stderr=STDOUT
        )
        try:
            while tried != set(made.values()):
                assert time.monotonic() < until, "the worker has not tried every channel"
                time.sleep(0.1)
                tests = {one: by.good("admin", "GET", f"/v1/channels/{one}/test") for one in made.values()}
                tried = {one for one, answer in tests.items() if answer.json()["error"]}
        finally:
            worker.terminate()
            worker.wait(20)
    told = "".join(answer.text for answer in tests.values())
    assert found_in(told.encode(), [*SEALED, *SEALED_TOO]) == set(), "an error names no address and no key"


def item(by: Planter, world: World, book: UUID) -> str:
    """An item with its plan; each part wrongly before; gives its id."""
    path, town = f"/v1/ledgers/{book}/items", str(world.unit(TOWN_HALL))
    body = {
        "id": str(uuid7(NOW)),
        "problem_no": "样例-77",
        "title": "水渠黑臭",
        "text": ITEM,
        "categories": ["水/黑臭水体"],
        "place": {"division": TOWN, "text": "样例村水渠"},
        "listed_on": "2026-11-20",
        "responsible": [town],
        "responsible_person": PERSON,
    }
    for wrong in ({"listed_on": ITEM}, {"categories": [ITEM]}, {"problem_type": PERSON}, {ITEM: PERSON}):
        by.bad("office", "POST", path, json=body | wrong)
    by.bad("office", "GET", f"/v1/ledgers/{PERSON}/items")
    by.bad("office", "GET", f"{path}?cursor={PERSON}{IN_CELL}")
    made = str(by.good("office", "POST", path, json=body).json()["case_id"])
    by.bad("office", "POST", path, json=body | {"id": str(uuid7(NOW))})  # the number is taken
    plan: dict[str, Any] = {
        "action": "submit_plan",
        "goal": "消除黑臭",
        "measures": "截污清淤",
        "stage": "短期",
    }
    plan |= {"due_on": "2027-03-31", "responsible_person": PERSON, "checklist": [ITEM], "tasks": []}
    task = {"text": ITEM, "unit_id": town, "person": TASK_PERSON, "due_on": "2027-01-31"}
    steps = f"/v1/cases/{made}/steps"
    for wrong_task in (
        task | {"due_on": TASK_PERSON},
        task | {"due_on": "2028-01-01"},
        task | {"unit_id": PERSON},
    ):
        by.bad("liaison", "POST", steps, json=plan | {"tasks": [wrong_task]})
    at = by.at("liaison", f"/v1/cases/{made}/item")
    by.good("liaison", "POST", steps, json=plan | {"tasks": [task]}, headers=at)
    by.good(
        "office",
        "POST",
        steps,
        json={"action": "confirm_plan"},
        headers=by.at("office", f"/v1/cases/{made}/item"),
    )
    return made


def material(by: Planter, case_id: str) -> None:
    """A photo as a phone makes it, under a telling name; promised wrongly, sent wrongly, sent, and read."""
    base, data = f"/v1/cases/{case_id}", photo()
    station = {"no": 1, "text": AT_STATION}
    by.bad("liaison", "POST", f"{base}/stations", json=station | {"k_station": IN_CELL})
    by.good("liaison", "POST", f"{base}/stations", json=station, headers=by.at("liaison", f"{base}/dossier"))
    path = f"{base}/materials/{uuid7(NOW)}"
    facts = {"phase": "before", "taken_on": "2026-11-20", "source": PAPER}
    body: dict[str, Any] = {"kind": "photo", "title": PAPER, "file_name": FILE_NAME, "facts": facts}
    body |= {"sha256": sha256(data).hexdigest(), "size": len(data)}
    for wrong in ({"kind": PAPER}, {"sha256": FILE_NAME}, {"facts": facts | {"taken_on": PAPER}}):
        by.bad("liaison", "PUT", path, json=body | wrong)
    by.good("liaison", "PUT", path, json=body, headers=by.at("liaison", f"{base}/dossier"))
    by.bad("liaison", "PUT", f"{path}/file", content=data + IN_PHOTOS[0].encode())
    by.good("liaison", "PUT", f"{path}/file", content=data)
    assert by.good("office", "GET", f"{path}/file").content == data, "a proof is given out as it came"


def tables(by: Planter, book: UUID) -> None:
    """A phone in cells where it does not belong, and in one where it may stand."""
    path = f"/v1/ledgers/{book}/import"
    rows = [("新-1", "2026-11-20", f"{ITEM}，电话{IN_CELL}", "村口", "区住建局")]
    for column in (1, 4):
        broken = [tuple(IN_CELL if n == column else cell for n, cell in enumerate(rows[0]))]
        by.bad("office", "POST", path, content=table(broken))
        preview = by.good("office", "POST", f"{path}?preview=true", content=table(broken)).json()
        assert found_in(str(preview["errors"]).encode(), [IN_CELL]) == set(), preview["errors"]
    by.bad("office", "POST", path, content=ITEM.encode())
    by.good("office", "POST", path, content=table(rows))
    by.good("office", "GET", f"/v1/ledgers/{book}/export.xlsx")


def objection(by: Planter, publication: UUID) -> None:
    """Somebody objects, after three attempts that go wrong; the office looks."""
    path = f"/v1/public/publications/{publication}/objections"
    body = {"text": OBJECTION, "contact": OBJECTS_BY, "name": OBJECTOR}
    for wrong in (body | {OBJECTOR: OBJECTS_BY}, body | {"text": [OBJECTION]}, body | {"altcha": OBJECTION}):
        assert by.post(path, json=wrong).status_code == 422
    assert by.post(f"/v1/public/publications/{OBJECTOR}/objections", json=body).status_code >= 400
    made = by.post(path, json=body | {"altcha": by.ticket()})
    assert made.status_code == 201, made.text
    (row,) = by.good("office2", "GET", "/v1/objections").json()["items"]
    look = f"/v1/objections/{row['id']}/view"
    seen = by.good("office2", "POST", look, json={"reason": f"核对{OBJECTOR}的说法"})
    assert OBJECTION in seen.text, "the look itself works"


def journal_rows(world: World) -> str:
    """Every value of the tables of the journal."""
    metadata = MetaData()
    metadata.reflect(world.engine, only=lambda name, _: name.startswith("journal"))
    with world.engine.connect() as db:
        rows = [row for each in metadata.sorted_tables for row in db.execute(select(each)).all()]
    assert len(rows) > 20
    return "\n".join(str(value) for row in rows for value in row)


def test_nothing_planted_is_where_nobody_looks_for_it(world: World, tmp_path: Path) -> None:
    """After a run with 28 planted values: the sealed ones lie nowhere in clear, the others in their rows only."""
    book, publication = ledger(world), published(world, verified(world))
    listed(world, ledger_id=book)
    folder, log, shift = tmp_path / "data", tmp_path / "log.txt", tmp_path / "shift"
    shift.write_text(str((NOW + timedelta(days=1) - datetime.now(UTC)).total_seconds()))
    more = {
        "HUANXUN_TRUSTED_PROXIES": "127.0.0.1",
        "HUANXUN_WEBHOOK_ORIGINS": f"{PLAIN},smtp://127.0.0.1:9",
        "HUANXUN_CLOCK_OFFSET_FILE": str(shift),
    }
    with served(world, folder, log, face="all", **more) as client:
        by = Planter(client)
        made = channels(by)
        contacts(by, made)
        here = {
            "HUANXUN_DATA_DIR": str(folder),
            "HUANXUN_DATABASE_URL": world.url,
            "HUANXUN_LOG_LEVEL": "DEBUG",
        }
        send(by, made, os.environ | here | more, tmp_path / "worker.txt")
        case_id = item(by, world, book)
        material(by, case_id)
        tables(by, book)
        objection(by, publication)
        chain = by.good("auditor", "GET", f"/v1/journal?chain={COUNTY}&limit=200").text
        metrics = client.get("/metrics").text
    everything = [*SEALED, *SEALED_TOO, *WORK, *CALLERS]
    assert len(by.refusals) > 40
    for where, said in {
        "refusals": "\n".join(by.refusals),
        "headers": "\n".join(by.headers),
        "metrics": metrics,
        "log": log.read_text("utf-8") + (tmp_path / "worker.txt").read_text("utf-8"),
        "journal": chain + journal_rows(world),
        "file names": "\n".join(str(file) for file in tmp_path.rglob("*")),
    }.items():
        assert found_in(said.encode(), everything) == set(), where
    assert "working" in (tmp_path / "worker.txt").read_text("utf-8"), "there is a log to be searched"
    assert "Traceback" not in log.read_text("utf-8")
    sealed = [*SEALED, *SEALED_TOO, *CALLERS]
    for file in (one for one in tmp_path.rglob("*") if one.is_file() and folder / "keys" not in one.parents):
        assert found_in(file.read_bytes(), sealed) == set(), file
    held = database(world)
    assert found_in(held.encode(), sealed) == set()
    assert found_in(held.encode(), [ITEM, PERSON]) == {ITEM, PERSON}, "there are rows to be searched"
