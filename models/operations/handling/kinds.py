"""What each kind of case brings to a step: its checks, its facts, its effects, and how its clocks start."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from models.domain.lifecycle import Facts
from models.domain.states import Kind
from models.operations.casework import case_facts, effects
from models.operations.casework.stepping import Work
from models.operations.ledgers import item_clocks, item_effects, item_facts


@dataclass(frozen=True, slots=True)
class Handling:
    """
    How one kind is handled.

    ``check`` raises ``Invalid`` for what the shape of the inputs cannot say; ``apply`` gives the columns of the
    case that change; ``start`` starts the clock of a rule.
    """

    check: Callable[[Work], None]
    facts: Callable[[Work], Facts]
    apply: Callable[[Work], dict[str, Any]]
    start: Callable[[Work, str], None]


HANDLING: Final[dict[Kind, Handling]] = {
    Kind.COMPLAINT: Handling(effects.check, case_facts.of, effects.apply, effects.start),
    Kind.RECTIFICATION: Handling(item_effects.check, item_facts.of, item_effects.apply, item_clocks.start),
}
