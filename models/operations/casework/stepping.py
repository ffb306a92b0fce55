"""A step at hand: its inputs, the locked case, the clocks that run; handed from function to function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert

from models.domain.lifecycle import Move
from models.domain.states import Action
from models.domain.timing.limits import Limits
from models.operations.act import Act
from models.tables.base import AnyRow
from models.tables.cases import steps

_INSERT_STEP = insert(steps)


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
    item: AnyRow | None = None  # of a rectification

    def clock(self, rule_id: str) -> AnyRow | None:
        """The running or suspended clock of a rule."""
        return next((clock for clock in self.clocks if clock.rule_id == rule_id), None)


_JOURNALLED: Final = ("source", "target", "round", "role", "principal_id", "inputs")


def journalled(values: Mapping[str, Any]) -> dict[str, Any]:
    """What of a step row its journal row vouches for, beside the action, the time and the person."""
    return {name: values[name] for name in _JOURNALLED}


def record(act: Act, case_id: UUID, step: Step, move: Move, *, seq: int, round_: int) -> dict[str, Any]:
    """Write one step, with the role and the person on whose behalf it was taken; gives what to journal of it."""
    values = {
        "id": act.new_id(),
        "case_id": case_id,
        "seq": seq,
        "action": step.action,
        "source": move.source,
        "target": move.target,
        "round": round_,
        "at": act.now,
        "by": act.actor.account_id,
        "role": move.grant.role.value,
        "principal_id": move.grant.principal_id,
        "inputs": step.inputs,
    }
    act.db.execute(_INSERT_STEP, values)
    return journalled(values)
