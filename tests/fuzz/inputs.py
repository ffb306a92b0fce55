"""
The contract twice: as it is, and with inputs that can succeed.

A generated id exists nowhere, a generated UUID is no UUIDv7 and a generated text is full of control characters:
nearly every request would end at "not found" or "invalid". Answers are judged by the same shapes either way.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any, Final

from api.app import Face, build_api
from api.routes.ledgers.exchange import XLSX
from tests.operations.law.rule_cells import accept_tell

Known = Mapping[str, Sequence[str]]

SAME: Final[Mapping[str, str]] = {
    "handlers": "account_id",
    "lead": "account_id",
    "from_account": "account_id",
    "principal_id": "account_id",
    "case_ids": "case_id",
    "ids": "deadline_id",
    "parent_id": "unit_id",
    "area": "division",
    "code": "division",
    "successor": "division",
    "assignee": "account_id",
    "unit": "unit_id",
    "enterprise": "enterprise_id",
    "responsible": "unit_id",
    "joint": "unit_id",
    "scan": "material_id",
    "members": "verifiers",
}
"""Other names of what a value can name."""

OF_SCHEMA: Final[Mapping[tuple[str, str], str]] = {
    ("ItemIn", "lead"): "unit_id",
    ("StationIn", "no"): "station",
    ("VerifyIn", "joint"): "joint units",
}
"""Fields that mean another thing than elsewhere."""

UUID7: Final = "^01[0-9a-f]{6}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
MOMENTS: Final = {"enum": ["2026-11-20T08:00:00+08:00", "2026-11-23T00:30:00Z"]}
PAST: Final = {"enum": ["2026-11-20", "2026-11-23"]}
COMING: Final = {"enum": ["2027-01-31", "2027-03-31"]}
LATER: Final = {"enum": ["2026-12-20T08:00:00+08:00", "2027-01-31T00:00:00Z"]}
FIXED: Final[Mapping[str, Any]] = {
    "id": {"type": "string", "pattern": UUID7},
    "If-Match": {"enum": [f'"{version}"' for version in range(7)]},
    "Idempotency-Key": {"enum": [f"fuzz-key-{number:04}" for number in range(50)]},
    "categories": {"enum": [["大气/烟粉尘"], ["噪声/建设施工噪声", "水/工业废水"], []]},
    "category": {"enum": ["大气/烟粉尘"]},
    "received_at": MOMENTS,
    "at": MOMENTS,
    "told_at": MOMENTS,
    "visited_at": MOMENTS,
    "dispatched_at": MOMENTS,
    "sign_by": LATER,
    "return_by": LATER,
    "external_due_at": LATER,
    "on": {"enum": ["2026-11-01"]},
    "uscc": {"enum": ["91430511FAKE00013M", None]},
    "phone": {"enum": ["13800000202", "0739-5012345"]},
    "number_prefix": {"type": "string", "pattern": "^[一-龥]{2,6}$"},
    "queue": {"enum": ["triage", "mine", "review", "open"]},
    "csv": {"enum": ["# 放假通知 国办发明电〔2026〕1号\nday,is_workday,name\n2027-01-01,0,元旦\n"]},
    "cursor": {"enum": [None]},
    "month": {"enum": ["2027-01", "2027-02"]},
    "listed_on": PAST,
    "done_on": PAST,
    "finished_on": PAST,
    "visited_on": PAST,
    "dated_on": PAST,
    "taken_on": PAST,
    "due_on": COMING,
    "until": COMING,
    "address": {"enum": ["13800000202", "yangli@example.cn", None]},
    "problem_type": {"enum": ["农村黑臭水体", None]},
    "k_station": {"enum": ["K0+200", None]},
}
"""What is right for reasons that the shape cannot say."""

TEXTS: Final = (
    "",
    "烟",
    "黑烟",
    "夜间有异味",
    "下午三点后矮烟道冒黄黑烟，晾晒衣物落灰。",
    "Ünïcode 𠮷 👀 text",
)


def contract(face: Face) -> dict[str, Any]:
    """The contract of a face as it is; a body that is a file is sent as bytes, under whatever type."""
    document = copy.deepcopy(build_api(face).openapi())
    for operations in document["paths"].values():
        for operation in operations.values():
            sent = operation.get("requestBody", {}).get("content", {})
            if XLSX in sent:
                sent["application/octet-stream"] = sent.pop(XLSX)
    return document


def right_contract(known: Known) -> dict[str, Any]:
    """The staff contract with inputs narrowed to what can succeed."""
    document = contract("staff")
    schemas = document["components"]["schemas"]
    whole = whole_shapes(known)
    for name in inputs_of(document):
        if name in whole:
            schemas[name] = {"enum": whole[name]}
            continue
        for field, schema in schemas[name].get("properties", {}).items():
            meant = OF_SCHEMA.get((name, field), field)
            schemas[name]["properties"][field] = narrowed(meant, schema, known)
    for operations in document["paths"].values():
        for operation in operations.values():
            for one in operation.get("parameters", ()):
                one["schema"] = narrowed(one["name"], one["schema"], known)
    return document


def whole_shapes(known: Known) -> dict[str, list[Any]]:
    """Inputs whose fields depend on each other."""
    place = {"division": "430511101", "text": "青萍村1组"}
    somebody = known["inspector"][0]
    handled = {"handlers": [somebody], "lead": somebody}
    town, housing = known["parts"]
    line = {"kind": "line", "coordinates": [[111.41, 27.31], [111.42, 27.31]], "datum": "CGCS2000"}
    desk = {"kind": "console", "title": "值班台", "division": "430511", "config": {}}
    hook = {"url": "https://127.0.0.1/hook", "secret": "whsec_" + "A" * 40}
    return {
        "PlaceIn": [place, place | {"lon": 111.411, "lat": 27.312, "datum": "GCJ-02"}],
        "RuleIn": [accept_tell(), accept_tell(length=5, ends_previous=True, valid_from="2026-12-01")],
        "AssignIn": [{"action": "assign", **handled}],
        "GeometryIn": [line, line | {"k_from": "K0+200", "k_to": "K0+900"}],
        "SubmitPlanIn": [plan_of(town), plan_of(housing)],
        "SelfCheckIn": [checked(3), checked(1)],
        "ChannelIn": [desk, desk | {"kind": "webhook", "config": hook}, desk | {"kind": "sms"}],
        "ReassignStepIn": [{"action": "reassign", "reason": "轮岗移交", **handled}],
    }


def plan_of(unit_id: str) -> dict[str, Any]:
    """A plan with one task."""
    return {
        "action": "submit_plan",
        "goal": "消除黑臭",
        "measures": "截污、清淤",
        "stage": "短期",
        "due_on": "2027-03-31",
        "responsible_person": "样例镇长",
        "checklist": ["截污完成", "清淤完成"],
        "tasks": [{"text": "截污3处", "unit_id": unit_id, "due_on": "2027-01-31"}],
    }


def checked(lines: int) -> dict[str, Any]:
    """A self-check that answers so many lines."""
    met = [{"no": no, "met": True} for no in range(1, lines + 1)]
    return {"action": "self_check", "finished_on": "2026-11-22", "checklist": met, "summary": "已按方案完成"}


def inputs_of(document: dict[str, Any]) -> set[str]:
    """The names of the schemas that can be sent."""
    bodies = [
        operation["requestBody"]
        for operations in document["paths"].values()
        for operation in operations.values()
        if "requestBody" in operation
    ]
    found: set[str] = set()
    waiting = references(bodies)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting |= references(document["components"]["schemas"][name])
    return found


def references(node: Any) -> set[str]:
    """The names of the schemas that a part of the document refers to."""
    if isinstance(node, dict):
        own = {node["$ref"].rsplit("/", 1)[1]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*map(references, node.values()))
    return set().union(*map(references, node)) if isinstance(node, list) else set()


def narrowed(name: str, schema: dict[str, Any], known: Known) -> dict[str, Any]:
    """The schema of a field with values that exist, and texts without control characters."""
    if name in FIXED:
        return dict(FIXED[name])
    values = known.get(SAME.get(name, name))
    if not values:
        shown: dict[str, Any] = readable(schema)
        return shown
    one = {"enum": list(values)}
    listed = schema.get("type") == "array" or any(
        part.get("type") == "array" for part in schema.get("anyOf", ())
    )
    return {"type": "array", "items": one, "minItems": 1, "maxItems": 3} if listed else one


def readable(schema: Any) -> Any:
    """The same schema, its free texts made of letters that people write."""
    if isinstance(schema, list):
        return [readable(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == "string" and not {"pattern", "format", "enum", "const"} & set(schema):
        least, most = schema.get("minLength", 0), schema.get("maxLength", 100)
        return {"enum": [text for text in TEXTS if least <= len(text) <= most]}
    return {key: readable(value) for key, value in schema.items()}
