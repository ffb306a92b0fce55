"""Rules 期限规则 as people see and add them: shipped and local versions side by side, each with its confidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, or_, select

from models.domain.errors import Flaw, Invalid
from models.domain.timing.rule_cells import rule_of
from models.domain.timing.rules import Rule, Scope
from models.domain.timing.terms import Unit
from models.operations.act import Act
from models.operations.law import calendars, reference
from models.operations.once import Key, once
from models.tables.deadlines import rules as T

_DAY: Final = timedelta(days=1)
_ONE: Final = select(T).where(T.c.id == bindparam("id", type_=T.c.id.type))


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the list; ``None`` is no narrowing."""

    rule_id: str | None = None
    scope: Scope | None = None
    on: date | None = None


def listed(act: Act, filters: Filters) -> list[dict[str, Any]]:
    """Every version, by rule, scope and start of validity."""
    statement = select(T).order_by(T.c.rule_id, T.c.scope, T.c.valid_from, T.c.origin)
    if filters.rule_id is not None:
        statement = statement.where(T.c.rule_id == filters.rule_id)
    if filters.scope is not None:
        statement = statement.where(T.c.scope == filters.scope.value)
    if filters.on is not None:
        last_day = or_(T.c.valid_to.is_(None), T.c.valid_to >= filters.on)
        statement = statement.where(T.c.valid_from <= filters.on, last_day)
    return [_shown(row) for row in act.db.execute(statement)]


def add_local(
    act: Act, cells: Mapping[str, Any], *, ends_previous: bool, content: Any, key: Key | None
) -> dict[str, Any]:
    """
    Add a local version; with ``ends_previous`` the open one before it ends the day before.

    Running clocks keep their version: gives the new one and what it would move.

    Raises:
        Invalid: what a rule may not be. RuleOverlap: two versions on one day. OtherContent.
    """
    rule_id = once(act, key, "rules.add", content, lambda: _add(act, rule_of(cells), ends_previous))
    made = act.db.execute(_ONE, {"id": rule_id}).one()
    return {"rule": _shown(made), **calendars.consequences(act)}


def _add(act: Act, rule: Rule, ends_previous: bool) -> UUID:
    flaws = list(_flaws(act, rule))
    if flaws:
        raise Invalid("本地规则有误，请逐项修改", flaws=flaws)
    if ends_previous:
        _end_previous(act, rule)
    return reference.add_rule(act, rule, origin="local")


def _flaws(act: Act, rule: Rule) -> list[Flaw]:
    """What a local version may not be, beside what no rule may be."""
    others = [one for one in act.law.rules if one.rule_id == rule.rule_id]
    if not others:
        ids = "、".join(sorted({one.rule_id for one in act.law.rules}))
        return [Flaw("/rule_id", "unknown_rule", f"没有这个规则编号，可用：{ids}")]
    flaws = []
    if rule.scope is Scope.NATIONAL:
        flaws.append(Flaw("/scope", "national", "国家规定随软件升级更新，本地只能增加地方规则"))
    shipped = select(T.c.data).where(
        T.c.rule_id == rule.rule_id, T.c.scope == rule.scope.value, T.c.origin == "shipped"
    )
    if not all(cells["overridable"] for cells in act.db.execute(shipped).scalars()):
        flaws.append(Flaw("/scope", "not_overridable", "该层级的这条规则不可由本局修改"))
    # Limits that compete must count from the same event, in the same way: the shortest is taken.
    model = others[0]
    flaws += [
        Flaw(f"/{name}", "differs", f"须与现有规则一致：{getattr(model, name)}")
        for name in ("subject", "trigger", "direction")
        if getattr(rule, name) != getattr(model, name)
    ]
    if (rule.unit is Unit.H) != (model.unit is Unit.H):
        flaws.append(Flaw("/unit", "differs", "按小时的规则只能按小时，按日的规则不能改为小时"))
    return flaws


def _end_previous(act: Act, rule: Rule) -> None:
    open_before = select(T).where(
        T.c.rule_id == rule.rule_id,
        T.c.scope == rule.scope.value,
        T.c.origin == "local",
        T.c.valid_to.is_(None),
        T.c.valid_from < rule.valid_from,
    )
    previous = act.db.execute(open_before).one_or_none()
    if previous is not None:
        reference.end_rule(act, previous, rule.valid_from - _DAY)


def _shown(row: Any) -> dict[str, Any]:
    return {"id": row.id, "origin": row.origin, "cells": row.data}
