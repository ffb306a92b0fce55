"""``huanxun up`` as a person starts it: a child process, real HTTP, signals; on both databases."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any
from uuid import uuid4

from api.cli import ports
from models.operations.sample import ledger_story, people, story
from tests import postgres
from tests.api.cli.conftest import Command

PASSWORD = "three different words"


@dataclass(slots=True)
class Running:
    """An ``up`` that is ready."""

    process: subprocess.Popen[str]
    port: int
    said: list[str]

    def children(self) -> dict[str, int]:
        """The processes it started: module → process id."""
        listed = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True, check=True)
        rows = [line.split(None, 2) for line in listed.stdout.splitlines()[1:]]
        return {
            args.split("api.cli.leash ")[1].split()[0]: int(pid)
            for pid, parent, args in rows
            if parent == str(self.process.pid) and "api.cli.leash " in args
        }

    def ask(self, method: str, path: str, body: Any = None, token: str = "") -> Any:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=10)
        headers = {"content-type": "application/json"} | (
            {"authorization": f"Bearer {token}"} if token else {}
        )
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = connection.getresponse()
        found = json.loads(answer.read())
        connection.close()
        assert answer.status == 200, found
        return found

    def cases(self, password: str = PASSWORD) -> list[dict[str, Any]]:
        """What the clerk sees after signing in."""
        credentials = {"login": "clerk", "password": password, "device": "测试"}
        token = self.ask("POST", "/v1/auth/login", credentials)["access_token"]
        return list(self.ask("GET", "/v1/cases?limit=200", token=token)["items"])


@contextmanager
def running(*arguments: str, **environment: str) -> Iterator[Running]:
    """Start ``up`` and wait for its last line; whatever happens, nothing of it is left."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HUANXUN_")}
    with (
        TemporaryFile("w+", encoding="utf-8") as errors,
        subprocess.Popen(
            [sys.executable, "-m", "api.cli", "up", *arguments],
            env={**clean, "HUANXUN_PORT": "0", **environment},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            encoding="utf-8",
        ) as process,
    ):
        try:
            assert process.stdout is not None
            said: list[str] = []
            for line in process.stdout:
                said.append(line.rstrip())
                if line.startswith("就绪"):
                    break
            address = [line for line in said if line.startswith("地址")]
            errors.seek(0)
            assert address, (said, errors.read())
            yield Running(process, int(address[0].rsplit(":", 1)[1]), said)
        finally:
            process.kill()


def until(holds: Callable[[], bool], seconds: float = 20) -> None:
    limit = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < limit
        time.sleep(0.1)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def stopped(up: Running, number: signal.Signals) -> None:
    """Ask for the end; all are gone within 10 seconds, with exit code 0."""
    pids = up.children().values()
    assert len(pids) == 2
    up.process.send_signal(number)
    assert up.process.wait(10) == 0
    assert not [pid for pid in pids if alive(pid)]


def test_a_new_folder_becomes_a_sample_and_survives(tmp_path: Path) -> None:
    """
    First start: sample data, accounts in a 0600 file, states as mapped; killed children come back.

    A second ``up`` at the same folder is refused; Ctrl-C ends all. The next start keeps the data and tells no
    password; when it is killed with -9, its children go with it.
    """
    home = {"HUANXUN_DATA_DIR": str(tmp_path / "data")}
    with running(**home) as up:
        sheet = Path(next(line for line in up.said if line.startswith("示例账号和口令")).split("：", 1)[1])
        assert stat.S_IMODE(sheet.stat().st_mode) == 0o600
        assert stat.S_IMODE(sheet.parent.stat().st_mode) == 0o700
        rows = [line.split("\t") for line in sheet.read_text("utf-8").splitlines()[1:]]
        passwords = {row[0]: row[3] for row in rows}
        assert len(set(passwords.values())) == len(people.PEOPLE)
        expected = {
            line["title"]: told.state(row).value
            for told in (story.read(), ledger_story.read())
            for row, line in told.rows.items()
        }
        assert {case["title"]: case["state"] for case in up.cases(passwords["clerk"])} == expected
        before = up.children()
        for pid in before.values():
            os.kill(pid, signal.SIGKILL)
        until(
            lambda: set(up.children()) == set(before) and not set(up.children().values()) & {*before.values()}
        )
        until(lambda: answering(up))
        assert "已有 huanxun up 在运行" in second(**home)
        stopped(up, signal.SIGINT)
    with running(**home) as up:
        assert not any("sample-accounts.txt" in line and line.startswith("示例账号") for line in up.said)
        assert len(up.cases(passwords["clerk"])) == 40
        left = up.children().values()
        up.process.kill()
        until(lambda: not [pid for pid in left if alive(pid)])


def second(**environment: str) -> str:
    """What another ``up`` on the same folder says before it ends."""
    command = [sys.executable, "-m", "api.cli", "up"]
    whole = {**os.environ, "HUANXUN_PORT": "0", **environment}
    ended = subprocess.run(command, env=whole, capture_output=True, text=True, timeout=30, encoding="utf-8")
    assert ended.returncode == 1
    return ended.stderr


def answering(up: Running) -> bool:
    try:
        return bool(up.ask("GET", "/v1/health/live")["status"] == "ok")
    except OSError:
        return False


def test_up_on_postgresql(tmp_path: Path, postgres_server: str) -> None:
    """The same on a server: ready, signed in, all complaints there, ended by SIGTERM; one password for all."""
    name = f"u_{uuid4().hex[:16]}"
    postgres.create(postgres_server, name)
    url = postgres.with_database(postgres_server, name)
    try:
        with running(
            HUANXUN_DATA_DIR=str(tmp_path / "data"),
            HUANXUN_DATABASE_URL=url,
            HUANXUN_SAMPLE_PASSWORD=PASSWORD,
        ) as up:
            assert len(up.cases()) == 40
            assert PASSWORD not in (tmp_path / "data" / "sample-accounts.txt").read_text("utf-8")
            stopped(up, signal.SIGTERM)
    finally:
        postgres.drop(postgres_server, name)


def test_the_api_runs_without_the_master_keys(command: Command, real: Path, tmp_path: Path) -> None:
    """``serve`` without the master keys says what to do; with ``--identities-sealed`` it serves."""
    (real / "keys" / "masters.json").rename(tmp_path / "masters.json")
    code, _, err = command("serve")
    assert (code, "密钥" in err, err.count("\n")) == (1, True, 1)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with subprocess.Popen(
        [sys.executable, "-m", "api.cli", "serve", "--identities-sealed"],
        env={**os.environ, "HUANXUN_PORT": str(port)},
        stderr=subprocess.DEVNULL,
    ) as process:
        until(lambda: ports.answers("127.0.0.1", port))
        process.terminate()
        assert process.wait(10) == -signal.SIGTERM
