"""Code lists 代码表: every word a form offers, by list, in the order it is offered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, Final

from models.domain.access import ROLE_TITLES
from models.domain.complaints import (
    PHRASE_TITLES,
    Channel,
    Confidentiality,
    ContactOutcome,
    ContactWay,
    Measure,
    RefusalReason,
    ReturnReason,
    Satisfaction,
    Track,
    Verdict,
)
from models.domain.states import ACTION_TITLES, STATE_TITLES
from models.domain.timing.titles import CONFIDENCE_TITLES, SCOPE_TITLES
from models.operations.act import Act

_SPOKEN: Final[dict[str, type[StrEnum]]] = {
    "channels": Channel,
    "tracks": Track,
    "confidentiality": Confidentiality,
    "verdicts": Verdict,
    "measures": Measure,
    "refusal_reasons": RefusalReason,
    "return_reasons": ReturnReason,
    "contact_ways": ContactWay,
    "contact_outcomes": ContactOutcome,
    "satisfaction": Satisfaction,
}
"""Lists whose codes are the Chinese terms themselves."""

_TITLED: Final[dict[str, Mapping[Any, str]]] = {
    "roles": ROLE_TITLES,
    "states": STATE_TITLES,
    "actions": ACTION_TITLES,
    "phrase_uses": PHRASE_TITLES,
    "rule_scopes": SCOPE_TITLES,
    "rule_confidences": CONFIDENCE_TITLES,
}


def lists(act: Act) -> dict[str, list[dict[str, str]]]:
    """Every list as ``{code, title}`` rows; categories and triage words come from reference data."""
    catalogue = act.law.catalogue
    return {
        **{name: _same(kind) for name, kind in _SPOKEN.items()},
        **{name: _rows(titles.items()) for name, titles in _TITLED.items()},
        "categories": _same(name for element in catalogue.elements for name in element.names),
        "triage_words": _rows((one.word, one.why) for one in catalogue.words),
    }


def _same(codes: Iterable[str]) -> list[dict[str, str]]:
    return _rows((code, code) for code in codes)


def _rows(pairs: Iterable[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"code": str(code), "title": str(title)} for code, title in pairs]
