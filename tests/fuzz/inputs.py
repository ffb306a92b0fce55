"""
The contract as it is sent through, with inputs that can also be right.

A generated id exists nowhere and a generated UUID is no UUIDv7: nearly every request would end at "not
found" or "invalid". So inputs may also take values that exist; answers are judged by the contract itself.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any, Final

from api.app import build_api

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
}
"""Other names of what a value can name."""

UUID7: Final = "^01[0-9a-f]{6}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$"
FIXED: Final[Mapping[str, Any]] = {
    "id": {"type": "string", "pattern": UUID7},
    "If-Match": {"enum": [f'"{version}"' for version in range(1, 8)]},
    "Idempotency-Key": {"enum": [f"fuzz-key-{number:04}" for number in range(30)]},
    "categories": {"enum": [["大气/烟粉尘"], ["噪声/建设施工噪声", "水/工业废水"], []]},
    "received_at": {"enum": ["2026-11-20T08:00:00+08:00", "2026-11-23T00:30:00Z"]},
    "at": {"enum": ["2026-11-20T08:00:00+08:00", None]},
    "valid_to": {"enum": ["2027-01-31T00:00:00+08:00", "2027-01-31", None]},
    "queue": {"enum": ["triage", "mine", "review"]},
}
"""What is right for reasons that the shape cannot say."""


def contract_for(known: Known) -> dict[str, Any]:
    """The staff contract whose inputs also take what exists."""
    document: dict[str, Any] = copy.deepcopy(build_api("staff").openapi())
    schemas = document["components"]["schemas"]
    for name in inputs_of(document):
        properties = schemas[name].get("properties", {})
        for field, schema in properties.items():
            properties[field] = widened(field, schema, known)
    for operations in document["paths"].values():
        for operation in operations.values():
            for one in operation.get("parameters", ()):
                one["schema"] = widened(one["name"], one["schema"], known)
    return document


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


def widened(name: str, schema: dict[str, Any], known: Known) -> dict[str, Any]:
    """The schema, or a value that exists; lists take several of them."""
    right = FIXED.get(name)
    values = known.get(SAME.get(name, name))
    if values:
        right = {"enum": list(values)}
        if schema.get("type") == "array":
            right = {"type": "array", "items": right, "minItems": 1, "maxItems": 3}
    return schema if right is None else {"anyOf": [right, schema]}
