"""An instance whose master keys are elsewhere: everything is served but identities."""

from __future__ import annotations

import json
import sqlite3
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from models.keyring import load_keys
from models.operations.casework.identities import place
from models.vault import Vault
from tests.api.cli.conftest import Command
from tests.api.cli.test_up import PASSWORD, Running, running, second
from tests.api.identity.people import PHONE, WORDS
from tests.api.public.asking import solved, told
from tests.api.test_idempotency import complaint_json

REASON = "回访前核对电话"


def asked(up: Running, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    """Status and body, whatever they are."""
    connection = HTTPConnection("127.0.0.1", up.port, timeout=10)
    sent = {"content-type": "application/json", **headers}
    connection.request(method, path, json.dumps(body) if body is not None else None, sent)
    answer = connection.getresponse()
    found = json.loads(answer.read())
    connection.close()
    return answer.status, found


def signed_in(up: Running, login: str) -> dict[str, str]:
    credentials = {"login": login, "password": PASSWORD, "device": "测试"}
    return {"authorization": f"Bearer {up.ask('POST', '/v1/auth/login', credentials)['access_token']}"}


def submitted(up: Running) -> tuple[int, Any]:
    """Somebody complains on the public face."""
    status, challenge = asked(up, "GET", "/v1/public/challenge")
    assert status == 200, challenge
    body = told(altcha=solved(challenge), words=WORDS, reporter={"phone": PHONE})
    return asked(up, "POST", "/v1/public/complaints", body, **{"idempotency-key": f"sealed-{uuid4().hex}"})


def test_everything_but_identities(tmp_path: Path, command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Without the master keys ``serve`` and ``up`` say what is missing and the two ways out; with ``--identities-sealed``
    the public and the clerk complain and register, looks and look-ups are told the key is not here; once the keys are
    back, what came in meanwhile opens.
    """
    home = {"HUANXUN_DATA_DIR": str(tmp_path / "data"), "HUANXUN_SAMPLE_PASSWORD": PASSWORD}
    with running(**home) as up:
        assert submitted(up)[0] == 201
    masters, aside = tmp_path / "data" / "keys" / "masters.json", tmp_path / "masters.json"
    masters.rename(aside)
    for said in (command("serve")[2], second(**home)):
        assert "密钥份额" in said
        assert "--identities-sealed" in said
        assert "Traceback" not in said
    monkeypatch.setenv("HUANXUN_CIPHER_SUITE", "DES")
    assert "HUANXUN_CIPHER_SUITE" in command("serve")[2]
    with running("--identities-sealed", HUANXUN_CIPHER_SUITE="SM4-GCM", **home) as up:
        assert submitted(up)[0] == 201
        clerk = signed_in(up, "clerk")
        status, made = asked(up, "POST", "/v1/complaints", complaint_json(), **clerk)
        assert status == 201, made
        look = f"/v1/complaints/{made['id']}/identity-views"
        for path, body in (
            (look, {"reason": REASON}),
            ("/v1/complaints/lookup", {"phone": PHONE, "reason": REASON}),
        ):
            status, problem = asked(up, "POST", path, body, **clerk)
            assert (status, problem["code"]) == (503, "unreadable"), problem
        assert asked(up, "GET", f"/v1/complaints/{made['id']}/same-reporter", **clerk)[0] == 200
        assert asked(up, "GET", f"/v1/cases/{made['case']['id']}", **clerk)[0] == 200
        assert asked(up, "GET", look, **signed_in(up, "supervisor"))[0] == 200
    aside.rename(masters)
    vault = Vault(load_keys(tmp_path / "data" / "keys"))
    with sqlite3.connect(tmp_path / "data" / "huanxun.db") as db:
        row = db.execute(
            "select sealed_key, sealed_identity from complaint where id = ?", (UUID(made["id"]).hex,)
        ).fetchone()
    data_key = vault.unwrap(row[0], aad=place(made["id"], "key"))
    assert "孙样丙" in vault.open_sealed(data_key, row[1], place=place(made["id"], "identity"))
    with sqlite3.connect(tmp_path / "data" / "huanxun.db") as db:
        found = db.execute("select substr(sealed_words, 2, 1), count(*) from complaint group by 1").fetchall()
    assert dict(found) == {b"\x01": 26, b"\x02": 2}, "sealed under the suite of the time, opened under either"
