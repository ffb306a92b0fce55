"""The acceptance standards 验收标准 as everybody may read them."""

from __future__ import annotations

from collections.abc import Sequence

from models.domain.acceptance.standards import Standard
from models.operations.act import Act


def standards(act: Act) -> Sequence[Standard]:
    """Every version of every type, in the order of the file."""
    return act.law.standards
