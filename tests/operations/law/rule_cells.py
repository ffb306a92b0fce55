"""A local rule as its cells."""

from __future__ import annotations

from typing import Any


def local_rule(**changed: Any) -> dict[str, Any]:
    """RPT_CLOSE in 30 days for 北塔, from 2026-11-01."""
    values: dict[str, Any] = {
        "rule_id": "RPT_CLOSE",
        "title": "办结期限",
        "subject": "case",
        "trigger": "accepted",
        "length": 30,
        "unit": "ND",
        "severity": 2,
        "scope": "beita",
        "confidence": "V",
        "overridable": True,
        "valid_from": "2026-11-01",
        "basis": [
            {"instrument": "北塔区来件办理规定（虚构）", "article": "第三条", "valid_from": "2026-01-01"}
        ],
    }
    return {name: value for name, value in (values | changed).items() if value is not None}


def accept_tell(**changed: Any) -> dict[str, Any]:
    """RPT_ACCEPT_TELL in 3 working days."""
    values = {
        "rule_id": "RPT_ACCEPT_TELL",
        "title": "告知是否受理的期限",
        "subject": "complaint",
        "trigger": "received",
        "length": 3,
        "unit": "WD",
        "severity": 3,
    }
    return local_rule(**(values | changed))
