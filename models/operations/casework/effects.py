"""What each lifecycle action does beyond the state and the clocks: one small function per action."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import insert, select, update

from models.domain.complaints import RefusalReason, Verdict, overall
from models.domain.errors import Flaw, Invalid
from models.domain.states import Action, State
from models.domain.timing.limits import Limits
from models.domain.words.likeness import TOO_LIKE, likeness
from models.operations import deadlines
from models.operations.casework import assigning, case_facts
from models.operations.casework.stepping import Work
from models.tables.cases import points
from models.tables.complaints import complaints, replies

Effect = Callable[[Work], dict[str, Any]]


def check(work: Work) -> None:
    """
    What the shape of the inputs cannot say; also gathers the complaints of the case.

    Raises:
        Invalid
    """
    work.complaints = case_facts.complaints_of(work.act, work.case.id)
    if work.complaints:
        first = work.complaints[0]
        work.limits = Limits(first.sign_by, first.return_by, first.external_due_at, first.dispatched_at)
    checked = CHECKS.get(work.step.action)
    if checked is not None:
        checked(work)
    said_at = work.step.inputs.get("at")
    if said_at is not None and datetime.fromisoformat(said_at) > work.act.now:
        raise Invalid(flaws=[Flaw("/at", "in_future", "时间不能晚于现在")])


def apply(work: Work) -> dict[str, Any]:
    """Do it; gives the columns of the case that change with it."""
    effect = EFFECTS.get(work.step.action)
    return effect(work) if effect else {}


def start(work: Work, rule_id: str) -> None:
    """Start the clock of a rule from now."""
    deadlines.start(work.act, work.case, rule_id, work.act.now, limits=work.limits)


def _known_points(work: Work) -> None:
    mine = {
        str(found)
        for found in work.act.db.execute(
            select(points.c.id).where(points.c.case_id == work.case.id)
        ).scalars()
    }
    flaws = [
        Flaw(f"/findings/{i}/point_id", "unknown_point", "本案没有这个问题点，请刷新后重试")
        for i, finding in enumerate(work.step.inputs["findings"])
        if finding["point_id"] not in mine
    ]
    if flaws:
        raise Invalid(flaws=flaws)


def _known_suspension(work: Work) -> None:
    clock = work.clock("RPT_CLOSE")
    reasons = {reason["code"] for reason in clock.rule["suspend_reasons"]} if clock else set()
    if clock is not None and work.step.inputs["reason"] not in reasons:
        listed = "、".join(sorted(reasons)) or "无"
        raise Invalid(flaws=[Flaw("/reason", "unknown_reason", f"该期限可用的中止事由：{listed}")])


def _reporter_told_of_extension(work: Work) -> None:
    """Who complained is told of an extension and why, or it is put down why he is not. Source: 令15 art. 11."""
    inputs, clock = work.step.inputs, work.clock("RPT_CLOSE")
    told_at = inputs.get("told_at")
    if told_at and datetime.fromisoformat(told_at) > work.act.now:
        raise Invalid(flaws=[Flaw("/told_at", "in_future", "告知时间不能晚于现在")])
    owed = clock is not None and "reporter" in clock.rule["must_notify"] and bool(work.complaints)
    if owed and not (told_at and inputs.get("told_way")) and not inputs.get("untold_reason"):
        said = "延期须告知举报人理由：请填告知时间和方式，无法告知的填 untold_reason 说明原因"
        raise Invalid(flaws=[Flaw("/told_at", "reporter_not_told", said)])


def _tell(work: Work) -> dict[str, Any]:
    inputs = work.step.inputs
    reached = inputs["reached"]
    told = {"told_at": _at(work), "told_way": inputs["way"]} if reached else {"unreachable": True}
    _to_all(work, **told)
    return {}


def _reply(work: Work) -> dict[str, Any]:
    _write_reply(work, to="reporter", way=work.step.inputs["way"])
    told = {"told_at": _at(work), "told_way": work.step.inputs["way"]} if work.step.inputs["reached"] else {}
    untold = {"unreachable": True} if not told else {}
    _to_all(work, replied_at=_at(work))
    work.act.db.execute(
        update(complaints)
        .where(complaints.c.case_id == work.case.id, complaints.c.told_at.is_(None))
        .values(**(told or untold))
    )
    return {}


def _reply_platform(work: Work) -> dict[str, Any]:
    _write_reply(work, to="platform", way="来件平台")
    _to_all(work, platform_replied_at=_at(work))
    return {}


def _call_back(work: Work) -> dict[str, Any]:
    _to_all(work, called_back_at=_at(work), satisfaction=work.step.inputs["satisfaction"])
    return {}


def _propose(work: Work) -> dict[str, Any]:
    """Answer the points; the case's verdict follows from all of them."""
    for finding in work.step.inputs["findings"]:
        visited = finding.get("visited_at")
        work.act.db.execute(
            update(points)
            .where(points.c.id == UUID(finding["point_id"]))
            .values(
                verdict=finding["verdict"],
                finding=finding["finding"],
                measure=finding["measure"],
                visited_at=datetime.fromisoformat(visited) if visited else None,
            )
        )
    found = work.act.db.execute(select(points.c.verdict).where(points.c.case_id == work.case.id)).scalars()
    verdicts = [verdict for verdict in found if verdict is not None]
    verdict: Verdict = overall(verdicts)
    return {"verdict": verdict, "conclusion": work.step.inputs["conclusion"]}


def _supplement(work: Work) -> dict[str, Any]:
    return {"working_text": f"{work.case.working_text}\n（补充）{work.step.inputs['text']}"}


def _return(work: Work) -> dict[str, Any]:
    """Sent back after a reply: every point and both replies are owed anew; what was said stays in the steps."""
    if work.case.state not in {State.CALLED_BACK, State.NOT_FIXED_REVIEW}:
        return {}
    work.act.db.execute(
        update(points)
        .where(points.c.case_id == work.case.id)
        .values(verdict=None, finding=None, measure=None, visited_at=None)
    )
    _to_all(work, replied_at=None, platform_replied_at=None, called_back_at=None, satisfaction=None)
    return {"verdict": None, "conclusion": None}


def _uphold(work: Work) -> dict[str, Any]:
    """The finding stands, another reply is owed."""
    _to_all(work, replied_at=None, called_back_at=None, satisfaction=None)
    return {}


def _unlike_the_first(work: Work) -> None:
    """Who said "not fixed" is not sent the same words again."""
    said = work.act.db.execute(
        select(replies.c.text)
        .join(complaints, complaints.c.id == replies.c.complaint_id)
        .where(complaints.c.case_id == work.case.id, replies.c.to == "reporter")
    ).scalars()
    likest = max((likeness(work.step.inputs["text"], one) for one in said), default=0.0)
    if likest >= TOO_LIKE:
        told = f"与上一次答复的相似度为{likest:.0%}，请写明复核了什么、有什么新的情况或处理"
        raise Invalid(flaws=[Flaw("/text", "reply_repeated", told)])


def _new_fact(work: Work) -> None:
    """A nuisance that goes on is a new fact. Source: days.md §6."""
    repeated = any(one.follows_id is not None for one in work.complaints)
    if work.step.inputs["reason"] == RefusalReason.SAME_FACTS and repeated:
        told = "举报人反映污染仍在持续，属于新的事实，不能以“同一事实理由”不予受理"
        raise Invalid(flaws=[Flaw("/reason", "new_fact", told)])


def _extend(work: Work) -> dict[str, Any]:
    deadlines.extend(work.act, work.case, work.clock("RPT_CLOSE"), work.step.inputs)
    return {}


def _suspend(work: Work) -> dict[str, Any]:
    deadlines.suspend(work.act, work.clock("RPT_CLOSE"), work.step.inputs)
    return {}


def _resume(work: Work) -> dict[str, Any]:
    deadlines.resume(work.act, work.case, work.clock("RPT_CLOSE"))
    return {}


def _void(work: Work) -> dict[str, Any]:
    assigning.end_all(work.act, work.case.id)
    return {"lead_handler_id": None}


def _at(work: Work) -> datetime:
    said = work.step.inputs.get("at")
    return datetime.fromisoformat(said) if said else work.act.now


def _to_all(work: Work, **values: Any) -> None:
    work.act.db.execute(update(complaints).where(complaints.c.case_id == work.case.id).values(**values))


def _write_reply(work: Work, *, to: str, way: str) -> None:
    act, inputs = work.act, work.step.inputs
    act.db.execute(
        insert(replies),
        [
            {
                "id": act.new_id(),
                "complaint_id": one.id,
                "to": to,
                "at": _at(work),
                "way": way,
                "text": inputs["text"],
                "proof": inputs["proof"],
                "by": act.actor.account_id,
            }
            for one in work.complaints
        ],
    )


CHECKS: Final[dict[Action, Callable[[Work], None]]] = {
    Action.ASSIGN: assigning.check,
    Action.REASSIGN: assigning.check,
    Action.REFUSE: _new_fact,
    Action.REPLY: _unlike_the_first,
    Action.PROPOSE: _known_points,
    Action.EXTEND: _reporter_told_of_extension,
    Action.SUSPEND: _known_suspension,
}

EFFECTS: Final[dict[Action, Effect]] = {
    Action.TELL: _tell,
    Action.ASSIGN: assigning.assign,
    Action.REASSIGN: assigning.assign,
    Action.UNASSIGN: assigning.undo,
    Action.PROPOSE: _propose,
    Action.RETURN: _return,
    Action.UPHOLD: _uphold,
    Action.REPLY: _reply,
    Action.REPLY_PLATFORM: _reply_platform,
    Action.CALL_BACK: _call_back,
    Action.SUPPLEMENT: _supplement,
    Action.EXTEND: _extend,
    Action.SUSPEND: _suspend,
    Action.RESUME: _resume,
    Action.VOID: _void,
}
