"""
What a form of the public face offers 公众表单: words to pick, streets, the privacy notice with its version.

Source: ``models/reference/public.toml``, ``categories.toml``, the divisions of the instance.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Final

from models.domain.complaints import Confidentiality, Nuisance, Weather
from models.domain.law import Division
from models.operations.act import Act

DAYS: Final = ("每天", "工作日", "周末", "雨天", "不定")


def offered(act: Act) -> dict[str, Any]:
    """Every list a form needs, in the order it is shown."""
    shipped = wording()
    return {
        "sample": act.law.sample,
        "categories": [
            {"name": element.name, "kinds": list(element.names)} for element in act.law.catalogue.elements
        ],
        "nuisances": [str(one) for one in Nuisance],
        "strengths": shipped["strength"],
        "days": list(DAYS),
        "weather": [str(one) for one in Weather],
        "confidentiality": [str(one) for one in Confidentiality],
        "areas": _areas(act),
        "privacy": shipped["privacy"],
    }


@cache
def wording() -> dict[str, Any]:
    """The notice (version, title, points, ask) and the strengths; they change with a release only."""
    return tomllib.loads((files("models.reference") / "public.toml").read_text("utf-8"))


def _areas(act: Act) -> list[dict[str, Any]]:
    """The counties of the instance with their streets and towns; what was merged away is not offered."""
    present = sorted(
        (one for one in act.law.divisions.values() if one.successor is None), key=lambda one: one.code
    )
    return [
        {**_named(county), "streets": [_named(one) for one in present if one.parent == county.code]}
        for county in present
        if county.level == "county"
    ]


def _named(division: Division) -> dict[str, str]:
    return {"code": division.code, "name": division.name}
