"""A step at hand: its inputs, the locked case, the clocks that run; handed from function to function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.domain.lifecycle import Action
from models.domain.timing.limits import Limits
from models.operations.act import Act
from models.tables.base import AnyRow


@dataclass(frozen=True, slots=True)
class Step:
    """A lifecycle action with its validated inputs, as plain JSON-able values."""

    action: Action
    inputs: Mapping[str, Any]


@dataclass(slots=True)
class Work:
    """What the effects of one step share."""

    act: Act
    case: AnyRow
    step: Step
    clocks: Sequence[AnyRow]
    limits: Limits | None = None
    complaints: Sequence[AnyRow] = field(default_factory=list)

    def clock(self, rule_id: str) -> AnyRow | None:
        """The running or suspended clock of a rule."""
        return next((clock for clock in self.clocks if clock.rule_id == rule_id), None)
