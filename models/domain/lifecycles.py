"""The lifecycles there are, by kind of case."""

from __future__ import annotations

from typing import Any, Final

from models.domain.complaint_steps import COMPLAINT
from models.domain.lifecycle import Lifecycle
from models.domain.rectification.steps import RECTIFICATION
from models.domain.states import Kind

LIFECYCLES: Final[dict[Kind, Lifecycle[Any]]] = {
    Kind.COMPLAINT: COMPLAINT,
    Kind.RECTIFICATION: RECTIFICATION,
}
