"""Nothing personal and no secret leaves the process by its logs or metrics, or lies open in the database."""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from subprocess import PIPE, STDOUT, Popen
from typing import Any, Final

import httpx2
from sqlalchemy import MetaData, select

from models.domain.ids import uuid7
from models.keyring import create_keys
from tests.factories import PASSWORD, TOWN, World
from tests.measure import ROOT

SERVE: Final = (
    "import sys; from api.server import serve; from models.settings import Settings;"
    " serve(Settings(), face=sys.argv[1])"
)
STARTS_WITHIN_SECONDS: Final = 30

WRONG: Final = "错误口令-wrong horse battery"
PHONE: Final = "13800000202"
NAME: Final = "孙样丙丁"
ADDRESS: Final = "样例巷七十七号"
WORDS: Final = f"我是青萍村的{NAME}，电话{PHONE}，住{ADDRESS}，砖厂天天冒黑烟，千万别说是我讲的。"
REASON: Final = "回访前核对样例电话"


@contextmanager
def served(
    world: World, folder: Path, log: Path, *, face: str = "staff", **more: str
) -> Iterator[httpx2.Client]:
    """One face as a process of its own, everything it says in one file; ``more``: settings."""
    create_keys(folder / "keys")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "HUANXUN_DATA_DIR": str(folder),
        "HUANXUN_DATABASE_URL": world.url,
        "HUANXUN_PORT": str(port),
        "HUANXUN_LOG_LEVEL": "DEBUG",
        **more,
    }
    with (
        log.open("wb") as out,
        Popen(
            [sys.executable, "-c", SERVE, face],
            cwd=ROOT,
            env=environment,
            stdout=out,
            stderr=STDOUT,
            stdin=PIPE,
        ) as process,
        httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as client,
    ):
        try:
            wait(client, process)
            yield client
        finally:
            process.terminate()
            process.wait(20)


def wait(client: httpx2.Client, process: Popen[bytes]) -> None:
    """Until it answers."""
    until = time.monotonic() + STARTS_WITHIN_SECONDS
    while True:
        try:
            assert client.get("/v1/health/live").status_code == 200
        except httpx2.TransportError:
            assert process.poll() is None, "the server ended"
            assert time.monotonic() < until, "the server does not answer"
            time.sleep(0.1)
        else:
            return


def complaint() -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "id": str(uuid7(now)),
        "channel": "12345工单",
        "title": "砖厂冒黑烟",
        "working_text": "某村砖厂矮烟道冒黑烟。",
        "categories": ["大气/烟粉尘"],
        "place": {"division": TOWN, "text": "青萍村窑尾"},
        "received_at": now.isoformat(),
        "words": WORDS,
        "confidentiality": "要求保密",
        "reporter": {"name": NAME, "phone": PHONE, "address": ADDRESS},
    }


def story(client: httpx2.Client) -> list[str]:
    """Log in badly and well, register, look, err, renew, leave; gives every token that was handed out."""
    assert client.post("/v1/auth/login", json={"login": "clerk", "password": WRONG}).status_code == 401
    answer = client.post("/v1/auth/login", json={"login": "clerk", "password": PASSWORD, "device": "测试机"})
    assert answer.status_code == 200, answer.text
    first = answer.json()
    who = {"Authorization": f"Bearer {first['access_token']}"}
    made = client.post("/v1/complaints", json=complaint(), headers=who)
    assert made.status_code == 201, made.text
    look = f"/v1/complaints/{made.json()['id']}/identity-views"
    seen = client.post(look, json={"reason": REASON}, headers=who)
    assert seen.status_code == 200, seen.text
    assert PHONE in seen.text, "the look itself works"
    mistakes(client, who)
    again = client.post("/v1/auth/refresh", json={"refresh_token": first["refresh_token"]})
    assert again.status_code == 200, again.text
    second = again.json()
    who = {"Authorization": f"Bearer {second['access_token']}"}
    assert client.post("/v1/auth/logout", headers=who).status_code == 204
    return [pair[kind] for pair in (first, second) for kind in ("access_token", "refresh_token")]


def mistakes(client: httpx2.Client, who: dict[str, str]) -> None:
    """Personal values in every place where they do not belong."""
    for body in (
        {"password": WRONG, PHONE: NAME},
        complaint() | {"received_at": WORDS},
        complaint() | {"id": PHONE},
    ):
        refused = client.post("/v1/complaints", json=body, headers=who)
        assert refused.status_code == 422, refused.text
        assert open_values(refused.text, [WRONG, NAME, WORDS]) == []
    for path in (f"/v1/cases/{PHONE}", f"/v1/{NAME}", f"/v1/cases?cursor={PHONE}{NAME}&limit=1"):
        assert 400 <= client.get(path, headers=who).status_code < 500
    stranger = {"Authorization": f"Bearer {who['Authorization'][7:-1]}"}
    assert client.get("/v1/me", headers=stranger).status_code == 401
    assert client.post("/v1/complaints", content=WORDS.encode(), headers=who).status_code in {415, 422}


def open_values(text: str, secrets: list[str]) -> list[str]:
    return [secret for secret in secrets if secret in text]


def database(world: World) -> str:
    """Every value of every table, as text."""
    metadata = MetaData()
    metadata.reflect(world.engine)
    with world.engine.connect() as db:
        rows = [row for table in metadata.sorted_tables for row in db.execute(select(table)).all()]
    assert rows
    return "\n".join(
        value.decode("utf-8", "ignore") if isinstance(value, bytes) else str(value)
        for row in rows
        for value in row
    )


def test_a_whole_run_tells_nothing(world: World, tmp_path: Path) -> None:
    """After a run with passwords, tokens, a name, a phone and the reporter's words, no log and no metric knows one."""
    log = tmp_path / "log.txt"
    with served(world, tmp_path / "data", log) as client:
        tokens = story(client)
        metrics = client.get("/metrics").text
    said = log.read_text("utf-8")
    assert '"route": "/v1/complaints/{complaint_id}/identity-views"' in said, "there is a log to be searched"
    assert 'route="/v1/complaints"' in metrics
    secrets = [PASSWORD, WRONG, PHONE, NAME, ADDRESS, WORDS, *tokens]
    assert open_values(said, [*secrets, REASON, "Traceback"]) == []
    assert open_values(metrics, [*secrets, REASON]) == []
    held = database(world)
    assert "某村砖厂矮烟道冒黑烟。" in held, "there are rows to be searched"
    assert open_values(held, secrets) == [], "the reporter lies open in a table"
