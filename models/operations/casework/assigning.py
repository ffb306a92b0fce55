"""Assignments 派单: who handles a case, from when; bulk reassignment of a person's work."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import and_, insert, or_, select, update

from models.domain.access import Role
from models.domain.errors import Flaw, Invalid
from models.domain.law import Law
from models.operations.act import Act
from models.operations.casework.stepping import Work
from models.operations.people import reach
from models.tables.cases import assignments
from models.tables.people import accounts, grants


def check(work: Work) -> None:
    """
    The named handlers exist; the unqualified among them are put down for the guard to name.

    Raises:
        Invalid: an account that does not exist, or a lead who is not among the handlers.
    """
    inputs = work.step.inputs
    wanted = [UUID(one) for one in inputs["handlers"]]
    if inputs["lead"] not in inputs["handlers"]:
        raise Invalid(flaws=[Flaw("/lead", "lead_not_handler", "主办人须是承办人之一")])
    able = _able(work.act, wanted, work.case.division_code)
    names = _names(work.act, wanted, able)
    flaws = [
        Flaw(f"/handlers/{i}", "unknown_account", "没有这个账号，或已停用")
        for i, one in enumerate(wanted)
        if one not in names
    ]
    if flaws:
        raise Invalid(flaws=flaws)
    lacking = [names[one] for one in wanted if one not in able]
    work.step = replace(work.step, inputs={**inputs, "unqualified": lacking}) if lacking else work.step


def assign(work: Work) -> dict[str, Any]:
    """End the running assignments and begin the new ones."""
    act, inputs = work.act, work.step.inputs
    end_all(act, work.case.id)
    act.db.execute(
        insert(assignments),
        [
            {
                "id": act.new_id(),
                "case_id": work.case.id,
                "account_id": UUID(one),
                "lead": one == inputs["lead"],
                "since": act.now,
                "by": act.actor.account_id,
            }
            for one in inputs["handlers"]
        ],
    )
    return {"lead_handler_id": UUID(inputs["lead"])}


def undo(work: Work) -> dict[str, Any]:
    """Take an assignment back."""
    end_all(work.act, work.case.id)
    return {"lead_handler_id": None}


def end_all(act: Act, case_id: UUID) -> None:
    act.db.execute(
        update(assignments)
        .where(assignments.c.case_id == case_id, assignments.c.ended_at.is_(None))
        .values(ended_at=act.now)
    )


def _names(act: Act, wanted: list[UUID], able: set[UUID]) -> dict[UUID, str]:
    """
    The active ones, held so that none can leave before the assignment stands.

    A stranger who could not take the case anyway is not told by name: he is as unknown as nobody.
    """
    rows = act.db.execute(
        select(accounts.c.id, accounts.c.name)
        .where(
            accounts.c.id.in_(wanted),
            accounts.c.active,
            or_(accounts.c.id.in_(sorted(able)), reach.sees_account(act.actor)),
        )
        .order_by(accounts.c.id)
        .with_for_update(read=True)
    )
    return {row.id: row.name for row in rows}


def _able(act: Act, wanted: list[UUID], division: str) -> set[UUID]:
    """Those who hold a running inspector grant whose area covers the division."""
    rows = act.db.execute(
        select(grants.c.account_id, grants.c.division_code).where(
            grants.c.account_id.in_(wanted),
            grants.c.role == Role.INSPECTOR,
            and_(
                grants.c.valid_from <= act.now, or_(grants.c.valid_to.is_(None), grants.c.valid_to > act.now)
            ),
        )
    )
    return {row.account_id for row in rows if _covers(act.law, row.division_code, division)}


def _covers(law: Law, area: str, division: str) -> bool:
    return any(division.startswith(prefix) for prefix in law.areas(area))
