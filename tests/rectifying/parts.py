"""The parts the rectification story is made of: its cast, its plan, its papers and photos."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from typing import Any

from PIL import Image

from models.domain.ids import uuid7
from tests.rectifying.desk import Desk

TOWN = "430511101"
CHECKLIST = ["截污3处全部完成", "清淤1400立方米", "建立管护制度"]
MET = [{"no": no, "met": True} for no in range(1, len(CHECKLIST) + 1)]


@dataclass(slots=True)
class Told:
    """What the story brought about."""

    case_id: str
    relapsed_id: str = ""
    fresh_id: str = ""
    refusals: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass(slots=True)
class Cast:
    """Ids of units and accounts by name."""

    units: dict[str, str]
    accounts: dict[str, str]

    def unit(self, part: str) -> str:
        return next(found for name, found in self.units.items() if part in name)


def picture(shade: int) -> bytes:
    """A small photo, each shade another file."""
    out = BytesIO()
    Image.new("RGB", (64, 48), (shade, 90, 120)).save(out, "JPEG")
    return out.getvalue()


def paper(title: str) -> bytes:
    """The bytes of a small PDF, another one for each title."""
    return (
        b"%PDF-1.4\n%" + title.encode() + b"\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    )


def cast_of(desk: Desk) -> Cast:
    units = {one["name"]: one["id"] for one in desk.good("admin", "GET", "/v1/units")["items"]}
    accounts = desk.good("admin", "GET", "/v1/accounts?limit=100")["items"]
    return Cast(units, {one["login"]: one["id"] for one in accounts})


def enter(desk: Desk, cast: Cast, ledger_id: str, no: str, *, level: str) -> str:
    body = {
        "id": str(uuid7(desk.now())),
        "problem_no": no,
        "title": "样例村水渠黑臭（故事）",
        "text": "水渠700米发黑发臭，沿线3处生活污水直排。",
        "categories": ["水/黑臭水体"],
        "place": {"division": TOWN, "text": "样例村水渠"},
        "listed_on": desk.today.isoformat(),
        "responsible": [cast.unit("陈家桥镇")],
        "lead": cast.unit("住建局"),
        "level": level,
    }
    return str(desk.good("office", "POST", f"/v1/ledgers/{ledger_id}/items", body)["case_id"])


def plan(desk: Desk, cast: Cast) -> dict[str, Any]:
    town, due = cast.unit("陈家桥镇"), desk.today + timedelta(days=90)
    tasks = [{"text": text, "unit_id": town, "due_on": due.isoformat()} for text in ("截污3处", "清淤")]
    return {
        "goal": "消除黑臭",
        "measures": "截污、清淤、建立管护制度",
        "stage": "短期",
        "due_on": due.isoformat(),
        "responsible_person": "样例镇长",
        "checklist": CHECKLIST,
        "tasks": tasks,
    }


def papers(desk: Desk, case_id: str) -> None:
    for kind, title in (
        ("assignment", "交办单"),
        ("plan", "整改方案"),
        ("duties", "责任分工表"),
        ("process", "清运处置凭证"),
        ("self_check", "自查报告"),
        ("application", "销号申请表"),
    ):
        desk.material("liaison", case_id, kind, title, paper(f"{title}{case_id}"))


def photo(desk: Desk, case_id: str, station: str, phase: str, shade: int) -> None:
    facts = {"phase": phase, "station_id": station, "taken_on": desk.today.isoformat(), "source": "样例相机"}
    desk.material("liaison", case_id, "photo", f"机位1{phase}", picture(shade), **facts)


def set_station(desk: Desk, case_id: str) -> str:
    body = {"no": 1, "text": "样例桥头向北", "heading": 10}
    made = desk.good("liaison", "POST", f"/v1/cases/{case_id}/stations", body, **desk.version(case_id))
    return str(made["id"])


def outside_act(desk: Desk, case_id: str, title: str) -> dict[str, str]:
    dated = desk.today.isoformat()
    scan = desk.material(
        "office", case_id, "approval", title, paper(title), number="样例〔2026〕1号", dated_on=dated
    )
    return {"agency": "样例市整改办", "number": "样例〔2026〕1号", "dated_on": dated, "scan": scan}


def end_papers(desk: Desk, case_id: str) -> None:
    desk.material("verifier", case_id, "acceptance", "验收意见", paper(f"验收{case_id}"))
    desk.material("office", case_id, "publicity", "公示截图", paper(f"公示{case_id}"))
