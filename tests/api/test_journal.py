"""The journal over HTTP: what the audit sees, and which refusals leave a row."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from starlette.testclient import TestClient

from models.domain.ids import uuid7
from models.files import heads_log
from models.operations.chains import anchors
from models.operations.chains.verifying import verify
from models.tables.journal import journal as J
from models.vault import verify as is_signed
from tests.api.test_cases import case_json
from tests.api.test_idempotency import complaint_json
from tests.conftest import Clock
from tests.factories import COUNTY, NOW, OTHER_COUNTY, PASSWORD, World

As = Callable[[str], dict[str, str]]


def listed(client: TestClient, as_: As, who: str = "auditor", **query: Any) -> dict[str, Any]:
    answer = client.get("/v1/journal", params=query, headers=as_(who))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def refused_as(answer: Any, status: int, code: str) -> None:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


class Rows:
    """The journal rows that were added since."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.seen = set(self._all())

    def added(self) -> list[str]:
        """Their verbs, in order of chain and number."""
        return [self._all()[key] for key in sorted(set(self._all()) - self.seen)]

    def _all(self) -> dict[tuple[str, int], str]:
        with self.world.engine.connect() as db:
            found = db.execute(select(J.c.chain, J.c.seq, J.c.payload))
            return {(row.chain, row.seq): row.payload for row in found}


# — reading —


def test_the_audit_reads_who_did_what(client: TestClient, as_: As, world: World) -> None:
    """The newest row tells account, verb, subject and field names, and no content."""
    made = client.post("/v1/cases", json=case_json(title="独特的标题"), headers=as_("inspector")).json()
    first = listed(client, as_, chain=COUNTY, limit=1)["items"][0]
    assert first["verb"] == "case.register"
    assert (first["kind"], first["subject"]) == ("case", made["id"])
    assert first["by"] == str(world.account("inspector"))
    assert "title" in first["fields"]
    assert len(first["digest"]) == 64
    assert first["at"] == "2026-11-23T09:00:00+08:00"
    assert "独特" not in str(first)


def test_pages_join_without_gap_or_repeat(client: TestClient, as_: As) -> None:
    """Page after page, newest first in each chain, every row the auditor may see comes exactly once."""
    for _ in range(3):
        client.post("/v1/cases", json=case_json(), headers=as_("inspector"))
    whole = listed(client, as_, limit=200)["items"]
    found: list[Any] = []
    cursor = None
    while True:
        page = listed(client, as_, limit=7, **({"cursor": cursor} if cursor else {}))
        found += page["items"]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == whole[: len(found)]
    assert len(found) == len(whole)
    keys = [(row["chain"], -row["seq"]) for row in found]
    assert keys == sorted(keys)


def test_an_auditor_sees_his_county_and_the_general_chain(client: TestClient, as_: As) -> None:
    """The chain of another county is not there for him; the general one is."""
    assert {row["chain"] for row in listed(client, as_, limit=200)["items"]} == {"00", COUNTY}
    refused_as(
        client.get("/v1/journal", params={"chain": OTHER_COUNTY}, headers=as_("auditor")), 404, "not_found"
    )
    refused_as(
        client.get("/v1/journal", params={"chain": "439999"}, headers=as_("auditor")), 404, "not_found"
    )


def test_reading_the_journal_is_refused_in_order(client: TestClient, as_: As) -> None:
    """Nobody, an ended session, another role, a cursor of another list, an unknown filter."""
    refused_as(client.get("/v1/journal"), 401, "unauthenticated")
    refused_as(
        client.get("/v1/journal", headers={"Authorization": f"Bearer hxa_{'x' * 43}"}), 401, "session_ended"
    )
    for who in ("clerk", "supervisor", "admin", "security"):
        refused_as(client.get("/v1/journal", headers=as_(who)), 403, "forbidden")
        refused_as(client.get("/v1/journal/anchors?day=2026-11-23", headers=as_(who)), 403, "forbidden")
    for query in ("cursor=abc", "cursor=%E4%BD%A0", "limit=0", "chain=x", "chain=4305111", "more=1"):
        assert client.get(f"/v1/journal?{query}", headers=as_("auditor")).status_code == 422
    foreign = client.get("/v1/cases?limit=1", headers=as_("inspector")).json()["next"] or "MDB8MXxhYmM"
    refused_as(client.get(f"/v1/journal?cursor={foreign}", headers=as_("auditor")), 422, "bad_cursor")


def test_a_damaged_row_is_shown_as_unreadable(client: TestClient, as_: As, world: World) -> None:
    """A payload that is no longer ours does not break the list: the row is marked."""
    with world.engine.begin() as db:
        if db.dialect.name == "sqlite":
            db.execute(text("drop trigger journal_no_update"))
            db.execute(
                text(f"update journal set payload = cast(x'ff' as text) where chain = '{COUNTY}' and seq = 1")
            )
        else:
            db.execute(text("drop trigger journal_no_change on journal"))
            db.execute(text(f"update journal set payload = '[1' where chain = '{COUNTY}' and seq = 1"))
    row = listed(client, as_, chain=COUNTY, limit=200)["items"][-1]
    assert (row["seq"], row["readable"], row["verb"]) == (1, False, None)


# — anchors —


def test_the_anchor_of_a_day(client: TestClient, as_: As, world: World, tmp_path: Path) -> None:
    """The last signing of a Shanghai day comes as the very line of the log, with the key that proves it."""
    log = anchors.path_in(tmp_path)
    midnight = NOW.replace(hour=16)  # 24:00 in Shanghai
    with world.engine.connect() as db:
        for at in (NOW, midnight - timedelta(milliseconds=1), midnight):
            anchors.sign_heads(db, world.vault, log, at)
    lines = log.read_text("utf-8").splitlines()
    body = client.get("/v1/journal/anchors", params={"day": "2026-11-23"}, headers=as_("auditor")).json()
    assert body["line"] == lines[1]
    assert body["sha256"] == hashlib.sha256(lines[1].encode()).hexdigest()
    assert body["at"].startswith("2026-11-23T23:59:59.999")
    assert {head["chain"] for head in body["heads"]} == {"00", COUNTY, OTHER_COUNTY}
    line = heads_log.read_line(body["line"].encode())
    assert isinstance(line, heads_log.Line)
    assert is_signed(bytes.fromhex(body["public_key"]), line.signature, line.signed)
    next_day = client.get("/v1/journal/anchors", params={"day": "2026-11-24"}, headers=as_("auditor")).json()
    assert next_day["line"] == lines[2]


def test_anchor_refusals(client: TestClient, as_: As) -> None:
    """A day without a signing is not found; a day that is none is refused by name."""
    refused_as(client.get("/v1/journal/anchors?day=2026-11-20", headers=as_("auditor")), 404, "not_found")
    for day in ("", "x", "2026-13-01", "9999-12-31", "0001-01-01", "1.5"):
        assert client.get(f"/v1/journal/anchors?day={day}", headers=as_("auditor")).status_code == 422
    assert client.get("/v1/journal/anchors", headers=as_("auditor")).status_code == 422
    refused_as(client.get("/v1/journal/anchors?day=2026-11-23"), 401, "unauthenticated")


# — refusals that are put down —


def test_a_failed_login_leaves_one_row(client: TestClient, world: World) -> None:
    """Wrong password, unknown name: the login is rolled back, the refusal is written, and the name is not in it."""
    for login in ("clerk", "13800000202"):
        rows = Rows(world)
        answer = client.post("/v1/auth/login", json={"login": login, "password": "falsch"})
        refused_as(answer, 401, "bad_credentials")
        (payload,) = rows.added()
        assert '"reason":"bad_credentials"' in payload
        assert login not in payload


def test_looking_at_an_identity_without_the_role_leaves_one_row(
    client: TestClient, as_: As, world: World
) -> None:
    """An inspector who asks who complained is refused, and that he asked is in the journal; also with a bad body."""
    made = client.post("/v1/complaints", json=complaint_json(), headers=as_("clerk")).json()
    path = f"/v1/complaints/{made['id']}/identity-views"
    for who, body in (
        ("inspector", {"reason": "想知道是谁"}),
        ("admin", {"reason": "想知道是谁"}),
        ("inspector", {}),
    ):
        headers = as_(who)
        rows = Rows(world)
        refused_as(client.post(path, json=body, headers=headers), 403, "forbidden")
        (payload,) = rows.added()
        assert '"verb":"identity.refused"' in payload
        assert made["id"] in payload
        assert str(world.account(who)) in payload


def test_what_is_no_complaint_number_stays_out_of_the_journal(
    client: TestClient, as_: As, world: World
) -> None:
    """Somebody's phone number typed into the path is refused without being written down."""
    headers = as_("inspector")
    rows = Rows(world)
    answer = client.post(
        "/v1/complaints/13800000202/identity-views", json={"reason": "想知道"}, headers=headers
    )
    refused_as(answer, 403, "forbidden")
    (payload,) = rows.added()
    assert "13800000202" not in payload


@pytest.mark.parametrize(
    "path", ["/v1/cases/{case}", "/v1/cases/{case}/history", "/v1/cases/{case}/deadlines"]
)
def test_reaching_outside_the_scope_leaves_one_row(
    client: TestClient, as_: As, world: World, path: str
) -> None:
    """Reading a case of another county is 404, and one row tells who tried; so is a case that does not exist."""
    made = client.post("/v1/cases", json=case_json(), headers=as_("inspector")).json()["id"]
    headers = as_("stranger_inspector")
    for case in (made, str(uuid7(NOW))):
        rows = Rows(world)
        refused_as(client.get(path.format(case=case), headers=headers), 404, "not_found")
        (payload,) = rows.added()
        assert '"verb":"scope.refused"' in payload
        assert case in payload


def test_stepping_outside_the_scope_leaves_one_row(client: TestClient, as_: As, world: World) -> None:
    """A write that is refused as not there is rolled back, and its one row is written after that."""
    made = client.post("/v1/cases", json=case_json(), headers=as_("inspector")).json()["id"]
    headers = as_("stranger_clerk") | {"If-Match": '"1"'}
    for body in ({"action": "accept"}, {"action": "accept", "more": 1}):
        rows = Rows(world)
        refused_as(client.post(f"/v1/cases/{made}/steps", json=body, headers=headers), 404, "not_found")
        assert len(rows.added()) == 1


def test_a_reused_token_leaves_one_row(client: TestClient, world: World, clock: Clock) -> None:
    """A refresh token from before the last ends the family: one row about the end, nothing else."""
    pair = client.post("/v1/auth/login", json={"login": "clerk", "password": PASSWORD}).json()
    tokens = [pair["refresh_token"]]
    for _ in range(3):
        clock.now += timedelta(minutes=2)
        answer = client.post("/v1/auth/refresh", json={"refresh_token": tokens[-1]})
        tokens.append(answer.json()["refresh_token"])
    rows = Rows(world)
    refused_as(client.post("/v1/auth/refresh", json={"refresh_token": tokens[0]}), 401, "token_reused")
    (payload,) = rows.added()
    assert '"reason":"token_reused"' in payload
    assert '"verb":"session.end"' in payload
    refused_as(client.post("/v1/auth/refresh", json={"refresh_token": tokens[-1]}), 401, "session_ended")


def test_after_all_of_it_the_chains_are_whole(
    client: TestClient, as_: As, world: World, tmp_path: Path
) -> None:
    """Writes and refusals through the API, step by step, verify green with the cross-check of steps."""
    made = client.post("/v1/cases", json=case_json(), headers=as_("inspector")).json()
    client.get(f"/v1/cases/{made['id']}", headers=as_("stranger_inspector"))
    for who, body in (
        ("clerk", {"action": "accept", "note": "受理"}),
        ("supervisor", {"action": "void", "reason": "重复"}),
    ):
        version = client.get(f"/v1/cases/{made['id']}", headers=as_(who)).headers["etag"]
        answer = client.post(
            f"/v1/cases/{made['id']}/steps", json=body, headers=as_(who) | {"If-Match": version}
        )
        assert answer.status_code == 200, answer.text
    with world.engine.connect() as db:
        anchors.sign_heads(db, world.vault, tmp_path / "heads.log", NOW)
        keys = {world.vault.signing_kid: world.vault.public_key_raw}
        report = verify(db, public_keys=keys, heads_log=tmp_path / "heads.log", vault=world.vault)
    assert report.findings == ()
