"""The clocks of publications: by rules that are data, and where none binds by what is shipped."""

from __future__ import annotations

from datetime import date

from models.domain.publications import UNRULED
from models.domain.timing.clocks import reckon
from models.operations.act import Act
from models.operations.reckoning import reckon_start


def due_on(act: Act, rule_id: str, division: str) -> date:
    """The last day of a clock that starts now: by the rule of the division, else by what is shipped."""
    started = reckon_start(act, rule_id, division, act.now)
    if started is not None:
        return started.settled.reckoning.due_on
    return reckon(UNRULED[rule_id], act.now, act.law.calendar).due_on
