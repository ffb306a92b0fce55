"""What a message of the reporter does beside being kept: a review, another occurrence, a mark, a withdrawal."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import select, update

from models.domain.complaints import Satisfaction
from models.domain.errors import Conflict, Flaw, Invalid
from models.domain.public.citizen import ANSWERED
from models.domain.public.messages import MessageKind
from models.domain.states import Action, State
from models.operations.act import Act
from models.operations.casework.stepping import Step
from models.operations.handling import advancing
from models.operations.public.acting import as_public
from models.tables.base import AnyRow
from models.tables.cases import cases
from models.tables.complaints import complaints as T

MOST_OCCURRENCES: Final = 100
_WAIT: Final = "本件还没有答复，暂时不能评价或反映未解决；有新的情况请用“留言”或“又发生了”告诉我们"
_ARCHIVED: Final = "本件已归档。污染仍在持续的，请重新提交一次举报并附上原编号和查询码，将作为新的事实受理"
_NOTE: Final = "举报人凭查询码反映未解决（原话已封存）"


def refuse_early(case: AnyRow, kind: MessageKind) -> None:
    """
    Before an answer there is nothing to judge; after filing it is a new fact.

    Raises:
        Conflict
    """
    if kind not in {MessageKind.NOT_FIXED, MessageKind.SATISFACTION}:
        return
    if case.state is State.ARCHIVED:
        raise Conflict(_ARCHIVED)
    if case.state not in ANSWERED:
        raise Conflict(_WAIT)


def follow(act: Act, complaint: AnyRow, case: AnyRow, kind: MessageKind, said: dict[str, Any]) -> None:
    """Do what the message asks for."""
    if kind is MessageKind.NOT_FIXED:
        _review(act, case)
    elif kind is MessageKind.AGAIN and said.get("occurrence"):
        more = [*complaint.occurrences, said["occurrence"]][-MOST_OCCURRENCES:]
        _keep(act, complaint, occurrences=more)
    elif kind is MessageKind.SATISFACTION:
        if not said.get("satisfaction"):
            raise Invalid(flaws=[Flaw("/satisfaction", "missing", "请选择满意程度")])
        _keep(act, complaint, satisfaction=Satisfaction(said["satisfaction"]))
    elif kind is MessageKind.WITHDRAW:
        _keep(act, complaint, withdrawn_at=act.now)


def _review(act: Act, case: AnyRow) -> None:
    """The lifecycle step, taken by the public itself; the case is read again, the message has touched it."""
    locked = act.db.execute(select(cases).where(cases.c.id == case.id)).one()
    advancing.take(as_public(act, case.division_code), locked, Step(Action.NOT_FIXED, {"note": _NOTE}))


def _keep(act: Act, complaint: AnyRow, **values: Any) -> None:
    act.db.execute(update(T).where(T.c.id == complaint.id).values(**values))
