"""Whose clock it is."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from models.domain.complaint_steps import COMPLAINT
from models.domain.duties import ON_DUTY, on_duty
from models.domain.lifecycle import ALL_CLOCKS, Transition
from models.domain.rectification.steps import RECTIFICATION
from models.domain.rectification.words import DATED_TITLES
from models.domain.timing.rules import parse_rules

RULES = {rule.rule_id for rule in parse_rules((files("models.reference") / "rules.toml").read_text("utf-8"))}
ROWS: list[Transition[Any]] = [*COMPLAINT, *RECTIFICATION]
STARTED = {start.rule_id for row in ROWS for start in row.starts}


def test_every_duty_is_a_rule() -> None:
    """No duty is named for a rule that does not exist."""
    assert set(ON_DUTY) <= RULES | set(DATED_TITLES)


def test_who_is_on_duty_can_end_the_clock() -> None:
    """Whoever is reminded of a desk clock may take a step that ends it."""
    for rule_id in STARTED & set(ON_DUTY):
        enders = [row.roles for row in ROWS if {rule_id, ALL_CLOCKS} & set(row.stops)]
        assert any(on_duty(rule_id) in roles for roles in enders), rule_id


def test_the_rest_is_the_handlers() -> None:
    """The clocks of the investigation itself belong to the persons the case is assigned to."""
    assert STARTED - set(ON_DUTY) == {"RPT_CLOSE", "RPT_REDO"}
    assert on_duty("RPT_CLOSE") is None
