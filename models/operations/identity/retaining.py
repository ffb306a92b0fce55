"""Whether a complaint must still be kept 保存期限: the case's state and end, and the retention rules that bind it."""

from __future__ import annotations

from sqlalchemy import func, select

from models.domain.errors import RetentionRuns
from models.domain.timing import retention
from models.domain.timing.calendar import legal_day
from models.operations.act import Act
from models.tables.base import AnyRow
from models.tables.cases import points, steps


def refuse_if_kept(act: Act, complaint: AnyRow, case: AnyRow) -> None:
    """
    That the complaint may go.

    Raises:
        RetentionRuns: with the basis, and the first possible day where it can be told.
    """
    if case.state not in retention.ANSWERED:
        raise RetentionRuns(retention.UNANSWERED, basis=retention.UNANSWERED, first_day=None)
    ended = act.db.execute(
        select(func.max(steps.c.at)).where(
            steps.c.case_id == case.id, steps.c.target.in_(sorted(retention.ENDINGS))
        )
    ).scalar_one()
    measures = act.db.execute(select(points.c.measure).where(points.c.case_id == case.id)).scalars()
    ended_on = legal_day(ended or complaint.received_at)
    rules = [
        rule
        for rule_id in retention.rules_for(case.track, measures)
        for rule in act.law.candidates(rule_id, ended_on, case.division_code)
    ]
    kept = retention.hold(rules, ended_on, legal_day(act.now), act.law.calendar)
    if kept is not None:
        told = f"{kept.basis}还没有届满，最早可在 {kept.first_day} 申请删除；在此之前身份保持封存，不作他用"
        raise RetentionRuns(told, basis=kept.basis, rule=kept.rule_id, first_day=kept.first_day.isoformat())
