"""
The story of one complaint over real HTTP, with processes killed on the way.

``uv run --frozen python -m tests.story sqlite|postgresql``. A new folder; ``huanxun up`` makes the sample and is
killed a few times under its supervisor; then ``serve`` and ``worker`` run by themselves and are killed with -9 at
random moments and at four exact points (``faults/sitecustomize.py``). Every request is sent again until it is
answered, with the same key. At the end: each acknowledged id is there once, ``huanxun verify`` is green, nobody
was told twice, and the deadlines explain themselves. Loopback only; ends by itself.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx2
from sqlalchemy import func, select

from models.db.engines import open_reader
from models.domain.ids import uuid7
from models.tables.deadlines import deadlines
from models.tables.notices import notices
from tests import postgres
from tests.benchmarks.http import free_port
from tests.story_end import check_the_end

PASSWORD: Final = "story-password-of-the-sample"
DAY: Final = 86_400
PATIENCE_SECONDS: Final = 90
HERE: Final = Path(__file__).parent


class Instance:
    """The processes of one instance in a folder, and how to end them badly."""

    def __init__(self, folder: Path, database: str | None) -> None:
        self.folder = folder
        self.port = free_port()
        self.offset = folder / "offset"
        self.fault = folder / "fault"
        self.kills: Counter[str] = Counter()
        self.offset.write_text("0")
        self.environment = os.environ | {
            "HUANXUN_DATA_DIR": str(folder / "data"),
            "HUANXUN_PORT": str(self.port),
            "HUANXUN_SAMPLE_PASSWORD": PASSWORD,
            "HUANXUN_CLOCK_OFFSET_FILE": str(self.offset),
            "HUANXUN_FAULT_FILE": str(self.fault),
            "HUANXUN_WORKER_POLL_SECONDS": "0.2",
            "PYTHONPATH": f"{HERE / 'faults'}{os.pathsep}{HERE.parent}",
        }
        if database is not None:
            self.environment["HUANXUN_DATABASE_URL"] = database
        self.url = database or f"sqlite:///{folder / 'data' / 'huanxun.db'}"
        self.children: dict[str, subprocess.Popen[bytes]] = {}
        self.console = (folder / "console.log").open("ab")

    def start(self, name: str, *arguments: str) -> None:
        self.children[name] = subprocess.Popen(
            [sys.executable, "-m", "api.cli", *arguments], env=self.environment, stdout=self.console
        )

    def kill(self, name: str, why: str) -> None:
        """-9, counted, and started again at once."""
        self.children[name].kill()
        self.children[name].wait()
        self.kills[f"{name}: {why}"] += 1
        self.restart(name)

    def restart(self, name: str) -> None:
        arguments = {"serve": ("serve", "--face", "all"), "worker": ("worker",)}[name]
        self.start(name, *arguments)

    def arm(self, point: str) -> None:
        """Ask for a fault; the process that comes by dies of it."""
        self.fault.write_text(point)

    def mend(self, point: str, name: str) -> None:
        """Start again what an armed fault has ended."""
        if self.children[name].poll() is not None:
            self.kills[f"{name}: {point}"] += 1
            self.restart(name)

    def kill_under(self, supervisor: subprocess.Popen[bytes], module: str) -> None:
        """-9 to a child of ``up``, which starts it again by itself."""
        for pid in _descendants(supervisor.pid):
            if module in Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode():
                os.kill(pid, signal.SIGKILL)
                self.kills[f"under up: {module}"] += 1
                return

    def move_clock(self, seconds: float) -> None:
        self.offset.write_text(str(float(self.offset.read_text()) + seconds))

    def waiting(self) -> int:
        """How many clocks have something to say, and how many notices wait to be sent, by the moved clock."""
        now = _now() + timedelta(seconds=float(self.offset.read_text()))
        with open_reader(self.url).connect() as db:
            clocks = select(func.count()).where(deadlines.c.remind_at <= now)
            messages = select(func.count()).where(notices.c.state == "waiting", notices.c.next_at <= now)
            return int(db.execute(clocks).scalar_one() + db.execute(messages).scalar_one())

    def stop(self) -> None:
        for child in self.children.values():
            if child.poll() is None:
                child.send_signal(signal.SIGINT)
        for child in self.children.values():
            child.wait(30)


def _descendants(pid: int) -> list[int]:
    found = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return found + [below for one in found for below in _descendants(one)]


class People:
    """The staff over HTTP: each request is repeated, unchanged, until it is answered."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.tokens: dict[str, str] = {}
        self.acknowledged: dict[str, str] = {}
        self.http = httpx2.Client(base_url=f"http://127.0.0.1:{instance.port}", timeout=10, trust_env=False)

    def ask(self, who: str, method: str, path: str, body: Any = None, **headers: str) -> httpx2.Response:
        """Send until an answer comes that is not a server's trouble."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                token = self.tokens.get(who) or self.sign_in(who)
                answer = self.http.request(
                    method, path, json=body, headers={"Authorization": f"Bearer {token}", **headers}
                )
                if answer.status_code == 401:
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
        headers = {"If-Match": f'"{version}"', "Idempotency-Key": f"story-{uuid7(_now())}"}
        return self.good(who, "POST", f"/v1/cases/{case_id}/steps", {"action": action, **inputs}, **headers)

    def register(self, **changed: Any) -> Any:
        body = _complaint() | changed
        made = self.good("clerk", "POST", "/v1/complaints", body)
        self.acknowledged[made["case"]["id"]] = made["case"]["number"]
        return made


def _now() -> datetime:
    return datetime.now().astimezone()


def _complaint() -> dict[str, Any]:
    return {
        "id": str(uuid7(_now())),
        "channel": "12345工单",
        "title": "砖厂旁路烟道冒黑烟（故事）",
        "working_text": "下午旁路烟道冒黄黑烟。",
        "categories": ["大气/工业废气"],
        "place": {"division": "430511101", "text": "青萍村窑尾"},
        "received_at": _now().isoformat(),
        "points": ["旁路烟道冒黑烟", "夜间噪声"],
        "words": "我是孙样丙，电话13800000299，砖厂旁边矮烟道天天冒黑烟。",
        "confidentiality": "要求保密",
        "reporter": {"name": "孙样丙", "phone": "13800000299"},
        "external_number": f"故事-{uuid7(_now()).hex[-10:]}",
        "occurrences": [
            {"kind": "黑烟", "strength": 4, "hour_from": "15:00", "hour_to": "18:00", "days": "每天"}
        ],
    }


def main() -> None:
    database = sys.argv[1] if len(sys.argv) > 1 else "sqlite"
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="huanxun-story-")))
        url = None
        if database == "postgresql":
            server = stack.enter_context(postgres.server_url())
            postgres.create(server, "story")
            url = postgres.with_database(server, "story")
        instance = Instance(folder, url)
        stack.callback(instance.stop)
        people = People(instance)
        began = time.monotonic()
        ready = first_start(instance, people)
        case_id, late_id, marks = tell(instance, people)
        report = check_the_end(instance, people, case_id, late_id, marks)
        report |= {
            "database": database,
            "seconds_to_ready": ready,
            "seconds": round(time.monotonic() - began),
        }
        report["kills"] = dict(instance.kills)
        print(json.dumps(report, ensure_ascii=False, indent=2))


def first_start(instance: Instance, people: People) -> float:
    """``huanxun up`` in a new folder; three of its children die and come back; Ctrl-C ends it."""
    began = time.monotonic()
    instance.start("up", "up")
    supervisor = instance.children["up"]
    people.good("clerk", "GET", "/v1/me")
    ready = round(time.monotonic() - began, 1)
    for module in ("workers.run", "api.cli", "workers.run"):
        instance.kill_under(supervisor, f"leash {module}")
        people.register()
    supervisor.send_signal(signal.SIGINT)
    assert supervisor.wait(30) == 0, "up did not end cleanly"
    del instance.children["up"]
    instance.restart("serve")
    instance.restart("worker")
    return ready


def tell(instance: Instance, people: People) -> tuple[str, str, dict[str, Any]]:
    """The story itself, with a kill between most of its sentences."""
    chance = random.Random(7)
    accounts = {
        one["login"]: one["id"] for one in people.good("admin", "GET", "/v1/accounts?limit=100")["items"]
    }

    def trouble(point: str, name: str) -> None:
        """Arm one exact point, or kill at random."""
        if point == "random":
            time.sleep(chance.random() * 0.05)
            instance.kill(name, "random")
        else:
            instance.arm(point)

    trouble("after_commit", "serve")
    made = people.register(external_due_at=(_now() + timedelta(days=200)).isoformat())
    case_id = made["case"]["id"]
    late = people.register(title="无人办理的来件（故事）")["case"]["id"]
    trouble("random", "serve")
    for one in (case_id, late):
        people.step("clerk", one, "accept")
    trouble("after_commit", "serve")
    people.good(
        "clerk",
        "POST",
        f"/v1/complaints/{made['id']}/contacts",
        {"way": "电话", "outcome": "无人接听"},
        **{"If-Match": '"2"', "Idempotency-Key": "story-contact-0001"},
    )
    trouble("random", "worker")
    people.step("clerk", case_id, "tell", way="电话", reached=True, note="已告知受理")
    handlers = [accounts["inspector"], accounts["inspector2"]]
    trouble("after_commit", "serve")
    people.step("supervisor", case_id, "assign", handlers=handlers, lead=handlers[0])
    trouble("random", "serve")
    people.step("inspector", case_id, "investigate")
    marks: dict[str, Any] = {"base": _clock(people, case_id)["legal_due_on"]}
    for point in (
        "after_claim",
        "before_send",
        "after_send",
        "random",
        "after_claim",
        "before_send",
        "after_send",
    ):
        trouble(point, "worker")
        instance.move_clock(3 * DAY)
        _settle(instance, people)
    people.step("supervisor", case_id, "suspend", reason="testing", note="等待检测报告")
    instance.move_clock(5 * DAY)
    trouble("random", "serve")
    people.step("supervisor", case_id, "resume")
    marks["suspended"] = _clock(people, case_id)["legal_due_on"]
    trouble("after_commit", "serve")
    told = (_now() + timedelta(seconds=float(instance.offset.read_text()))).isoformat()
    people.step(
        "supervisor", case_id, "extend", length=30, reason="检测周期长", told_at=told, told_way="电话"
    )
    marks["extended"] = _clock(people, case_id)["legal_due_on"]
    trouble("random", "worker")
    _answer(people, case_id)
    _deputise(instance, people, accounts["office"])
    trouble("after_commit", "serve")
    people.step("office", case_id, "return", reasons=["事实不清"], note="补充夜间检查")
    _answer(people, case_id)
    trouble("random", "serve")
    people.step("office", case_id, "approve", note="同意办结")
    people.step("clerk", case_id, "reply", way="电话", text="反映属实，已责令整改。", proof="通话记录样例001")
    trouble("after_commit", "serve")
    people.step("clerk", case_id, "reply_platform", text="已办结，反映属实。", proof="平台回执样例002")
    people.step("clerk", case_id, "call_back", way="电话", satisfaction="满意")
    trouble("random", "serve")
    people.step("clerk", case_id, "archive")
    for point in ("after_claim", "before_send", "after_send", "random", "random"):
        trouble(point, "worker")
        instance.move_clock(12 * DAY)
        _settle(instance, people)
    return case_id, late, marks


def _answer(people: People, case_id: str) -> None:
    points = people.good("inspector", "GET", f"/v1/cases/{case_id}")["points"]
    findings = [
        {"point_id": point["id"], "verdict": "属实", "finding": "现场检查属实。", "measure": "责令改正"}
        for point in points
    ]
    people.step("inspector", case_id, "propose", findings=findings, conclusion="属实，已责令改正。")


def _deputise(instance: Instance, people: People, deputy: str) -> None:
    """The supervisor is away: somebody else approves for him."""
    until = _now() + timedelta(seconds=float(instance.offset.read_text()), days=9)
    people.good(
        "supervisor",
        "POST",
        "/v1/me/deputies",
        {
            "account_id": deputy,
            "role": "supervisor",
            "division": "430511",
            "valid_to": until.isoformat(),
            "actions": ["approve", "return"],
        },
        **{"Idempotency-Key": "story-deputy-0001"},
    )


def _clock(people: People, case_id: str) -> Any:
    clocks = people.good("supervisor", "GET", f"/v1/cases/{case_id}/deadlines")
    return next(one for one in clocks if one["rule_id"] == "RPT_CLOSE")


def _settle(instance: Instance, people: People) -> None:
    """Wait until the worker has nothing left that is due; start it again when a fault has ended it."""
    end = time.monotonic() + PATIENCE_SECONDS
    while instance.waiting():
        assert time.monotonic() < end, "the worker does not come to an end"
        instance.mend("fault", "worker")
        time.sleep(0.25)
    people.good("clerk", "GET", "/v1/notices")


if __name__ == "__main__":
    main()
