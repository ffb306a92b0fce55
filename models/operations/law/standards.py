"""Acceptance standards 验收标准 as the snapshot of the law holds them: shipped ones, and the bureau's own."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Final

from sqlalchemy import Connection, select

from models.domain.acceptance.standards import Standard, parse_standards
from models.tables.materials import standards as T

_FILE: Final = files("models.reference") / "standards.toml"
_OWN: Final = select(T.c.text).order_by(T.c.type, T.c.valid_from)


def load(db: Connection) -> tuple[Standard, ...]:
    """Every version of every type."""
    own = (one for text in db.execute(_OWN).scalars() for one in parse_standards(text, local=True))
    return (*shipped_standards(), *own)


@cache
def shipped_standards() -> tuple[Standard, ...]:
    """The standards of this release."""
    return parse_standards(_FILE.read_text("utf-8"))
