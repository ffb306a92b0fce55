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
import random
import signal
import sys
import tempfile
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from tests import postgres
from tests.story.ending import check_the_end
from tests.story.instance import Instance
from tests.story.people import PATIENCE_SECONDS, People
from tests.story.saying import now

DAY: Final = 86_400


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


class Trouble:
    """What befalls the processes between two sentences: an exact point, or any moment."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._chance = random.Random(7)

    def __call__(self, point: str, name: str = "serve") -> None:
        if point == "random":
            time.sleep(self._chance.random() * 0.05)
            self._instance.kill(name, "random")
        else:
            self._instance.arm(point)


def tell(instance: Instance, people: People) -> tuple[str, str, dict[str, Any]]:
    """The story itself, with a kill between most of its sentences."""
    trouble = Trouble(instance)
    accounts = {
        one["login"]: one["id"] for one in people.good("admin", "GET", "/v1/accounts?limit=100")["items"]
    }
    case_id, late = _taken_in(people, trouble)
    _given_out(people, trouble, accounts, case_id)
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
        _days_pass(instance, people, trouble, point, 3)
    _stretched(instance, people, trouble, case_id, marks)
    _judged(instance, people, trouble, accounts["office"], case_id)
    _closed(people, trouble, case_id)
    for point in ("after_claim", "before_send", "after_send", "random", "random"):
        _days_pass(instance, people, trouble, point, 12)
    return case_id, late, marks


def _taken_in(people: People, trouble: Trouble) -> tuple[str, str]:
    """Register two complaints, accept both, try to reach one reporter, tell him."""
    trouble("after_commit")
    made = people.register(external_due_at=(now() + timedelta(days=200)).isoformat())
    case_id = str(made["case"]["id"])
    late = str(people.register(title="无人办理的来件（故事）")["case"]["id"])
    trouble("random")
    for one in (case_id, late):
        people.step("clerk", one, "accept")
    trouble("after_commit")
    people.good(
        "clerk",
        "POST",
        f"/v1/complaints/{made['id']}/contacts",
        {"way": "电话", "outcome": "无人接听"},
        **{"If-Match": '"2"', "Idempotency-Key": "story-contact-0001"},
    )
    trouble("random", "worker")
    people.step("clerk", case_id, "tell", way="电话", reached=True, note="已告知受理")
    return case_id, late


def _given_out(people: People, trouble: Trouble, accounts: dict[str, str], case_id: str) -> None:
    handlers = [accounts["inspector"], accounts["inspector2"]]
    trouble("after_commit")
    people.step("supervisor", case_id, "assign", handlers=handlers, lead=handlers[0])
    trouble("random")
    people.step("inspector", case_id, "investigate")


def _stretched(
    instance: Instance, people: People, trouble: Trouble, case_id: str, marks: dict[str, Any]
) -> None:
    """Five days stand still; thirty are granted, in time and with the reporter told."""
    people.step("supervisor", case_id, "suspend", reason="testing", note="等待检测报告")
    instance.move_clock(5 * DAY)
    trouble("random")
    people.step("supervisor", case_id, "resume")
    marks["suspended"] = _clock(people, case_id)["legal_due_on"]
    trouble("after_commit")
    told = (now() + timedelta(seconds=instance.shift)).isoformat()
    people.step(
        "supervisor", case_id, "extend", length=30, reason="检测周期长", told_at=told, told_way="电话"
    )
    marks["extended"] = _clock(people, case_id)["legal_due_on"]
    trouble("random", "worker")


def _judged(instance: Instance, people: People, trouble: Trouble, deputy: str, case_id: str) -> None:
    """Proposed, returned and approved by a deputy of the supervisor."""
    _answer(people, case_id)
    _deputise(instance, people, deputy)
    trouble("after_commit")
    people.step("office", case_id, "return", reasons=["事实不清"], note="补充夜间检查")
    _answer(people, case_id)
    trouble("random")
    people.step("office", case_id, "approve", note="同意办结")


def _closed(people: People, trouble: Trouble, case_id: str) -> None:
    people.step("clerk", case_id, "reply", way="电话", text="反映属实，已责令整改。", proof="通话记录样例001")
    trouble("after_commit")
    people.step("clerk", case_id, "reply_platform", text="已办结，反映属实。", proof="平台回执样例002")
    people.step("clerk", case_id, "call_back", way="电话", satisfaction="满意")
    trouble("random")
    people.step("clerk", case_id, "archive")


def _days_pass(instance: Instance, people: People, trouble: Trouble, point: str, days: int) -> None:
    """Trouble for the worker, then the clock moves and it must find what is due, and send it when its morning comes."""
    trouble(point, "worker")
    instance.move_clock(days * DAY)
    _settle(instance, people)
    while instance.to_the_next_digest():
        _settle(instance, people)


def _answer(people: People, case_id: str) -> None:
    points = people.good("inspector", "GET", f"/v1/cases/{case_id}")["points"]
    findings = [
        {"point_id": point["id"], "verdict": "属实", "finding": "现场检查属实。", "measure": "责令改正"}
        for point in points
    ]
    people.step("inspector", case_id, "propose", findings=findings, conclusion="属实，已责令改正。")


def _deputise(instance: Instance, people: People, deputy: str) -> None:
    """The supervisor is away: somebody else approves for him."""
    until = now() + timedelta(seconds=instance.shift, days=9)
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
