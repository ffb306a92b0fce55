"""What must hold when the story of ``tests/story`` is over."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from datetime import date, timedelta
from typing import Any, Protocol

from sqlalchemy import Connection, func, select

from models.db.engines import open_reader
from models.tables.cases import cases, steps
from models.tables.channels import attempts
from models.tables.notices import notices


class Story(Protocol):
    """What is looked at of an instance."""

    environment: dict[str, str]
    folder: Any

    def stop(self) -> None: ...


class Readers(Protocol):
    """What is asked of the people."""

    acknowledged: dict[str, str]

    def good(self, who: str, method: str, path: str, body: Any = None) -> Any: ...


def check_the_end(
    instance: Story, people: Readers, case_id: str, late_id: str, marks: dict[str, Any]
) -> dict[str, Any]:
    """Every promise, looked at over HTTP, in the database and by ``huanxun verify``."""
    whole = people.good("supervisor", "GET", f"/v1/cases/{case_id}")
    assert whole["state"] == "archived", whole["state"]
    history = people.good("supervisor", "GET", f"/v1/cases/{case_id}/history")
    taken = [step["action"] for step in history["steps"]]
    assert taken == STEPS, taken
    approved = next(step for step in history["steps"] if step["action"] == "approve")
    assert approved["principal_id"] is not None, "the deputy did not act for the supervisor"
    _dates(people, case_id, marks)
    for made, number in people.acknowledged.items():
        assert people.good("supervisor", "GET", f"/v1/cases/{made}")["number"] == number
    report = {"acknowledged": len(people.acknowledged), "steps": len(taken), **_late(people, late_id)}
    instance.stop()
    report |= _database(instance, people.acknowledged)
    verified = subprocess.run(
        [sys.executable, "-m", "api.cli", "verify"], env=instance.environment, capture_output=True, text=True
    )
    assert verified.returncode == 0, verified.stdout + verified.stderr
    report["verify"] = verified.stdout.strip().splitlines()[-1]
    return report


STEPS = [
    *("register", "accept", "tell", "assign", "investigate", "suspend", "resume", "extend", "propose"),
    *("return", "propose", "approve", "reply", "reply_platform", "call_back", "archive"),
]


def _dates(people: Readers, case_id: str, marks: dict[str, Any]) -> None:
    """The closing clock moved by what stood still and by what was granted, and says so."""
    base, suspended, extended = (
        date.fromisoformat(marks[name]) for name in ("base", "suspended", "extended")
    )
    assert suspended - base == timedelta(days=5), (base, suspended)
    assert extended - suspended == timedelta(days=30), (suspended, extended)
    clocks = people.good("supervisor", "GET", f"/v1/cases/{case_id}/deadlines")
    closing = next(one for one in clocks if one["rule_id"] == "RPT_CLOSE")
    assert closing["state"] == "met"
    for word in ("环保举报热线工作管理办法", "中止", "延长" if "延长" in closing["explanation"] else "延期"):
        assert word in closing["explanation"], closing["explanation"]


def _late(people: Readers, late_id: str) -> dict[str, Any]:
    """The case nobody touched is overdue, and it was escalated."""
    late = people.good("supervisor", "GET", f"/v1/cases/{late_id}")
    overdue = people.good("supervisor", "GET", "/v1/cases?queue=overdue&limit=200")["items"]
    assert late["id"] in {one["id"] for one in overdue}
    heads = people.good("deputy_head", "GET", "/v1/notices?limit=200")["items"]
    assert any(one["case_id"] == late_id for one in heads), "the deputy head was not told"
    return {"told_deputy_head": len(heads)}


def _database(instance: Story, acknowledged: dict[str, str]) -> dict[str, Any]:
    url = instance.environment.get("HUANXUN_DATABASE_URL")
    file = instance.folder / "data" / "huanxun.db"
    with open_reader(url or f"sqlite:///{file}").connect() as db:
        numbers = Counter(db.execute(select(cases.c.number)).scalars())
        assert max(numbers.values()) == 1, "a case number was given twice"
        assert set(acknowledged.values()) <= set(numbers)
        return _told_once(db) | {
            "cases": sum(numbers.values()),
            "steps_in_all": db.execute(select(func.count()).select_from(steps)).scalar_one(),
            **_console(instance, db),
        }


def _told_once(db: Connection) -> dict[str, Any]:
    """One notice per clock, stage, date and person; each sent, cancelled, or saying that nobody knows."""
    told = Counter(
        tuple(row)
        for row in db.execute(
            select(notices.c.deadline_id, notices.c.stage, notices.c.due_on, notices.c.account_id)
        )
    )
    assert not told or max(told.values()) == 1
    states = Counter(db.execute(select(notices.c.state)).scalars())
    assert set(states) <= {"sent", "cancelled", "outcome_unknown"}, states
    return {"notices": sum(told.values()), "states": dict(states)}


def _console(instance: Story, db: Connection) -> dict[str, Any]:
    """Each attempt the console printed is one the database knows; no attempt and no notice is there twice."""
    printed: Counter[str] = Counter()
    carried: Counter[str] = Counter()
    for line in (instance.folder / "console.log").read_text("utf-8", errors="replace").splitlines():
        if line.startswith("{") and "attempt_id" in (found := json.loads(line)):
            printed[found["attempt_id"]] += 1
            carried.update(one["notice_id"] for one in found["notices"])
    known = {str(one) for one in db.execute(select(attempts.c.id)).scalars()}
    assert set(printed) <= known
    assert not printed or max(printed.values()) == 1, "somebody was told twice"
    assert not carried or max(carried.values()) == 1, "a notice went out twice"
    sent = {str(one) for one in db.execute(select(notices.c.id).where(notices.c.state == "sent")).scalars()}
    assert sent <= set(carried), "a notice is called sent that never left"
    return {"printed": sum(printed.values()), "carried": sum(carried.values())}
