"""Lifecycle steps on the wire: a union discriminated by ``action``, each with its declared inputs."""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any, Literal, get_args
from uuid import UUID

from pydantic import BaseModel, Field

from api.schemas.base import In, Moment, Note, Reason, Words
from api.schemas.item_steps import ItemStep
from models.domain.complaints import (
    ContactWay,
    Measure,
    RefusalReason,
    ReturnReason,
    Satisfaction,
    Verdict,
)
from models.domain.states import Action as A


class AcceptIn(In):
    """受理"""

    action: Literal[A.ACCEPT]
    note: Note = ""


class RefuseIn(In):
    """拟不予受理: reason code and the words the reporter will be told."""

    action: Literal[A.REFUSE]
    reason: RefusalReason
    note: Reason


class ConfirmRefusalIn(In):
    """批准不予受理"""

    action: Literal[A.CONFIRM_REFUSAL]
    note: Note = ""


class RequestSupplementIn(In):
    """要求补充"""

    action: Literal[A.REQUEST_SUPPLEMENT]
    way: ContactWay
    text: Reason


class SupplementIn(In):
    """收到补充: working text, without anything of the reporter."""

    action: Literal[A.SUPPLEMENT]
    text: Annotated[Words, Field(min_length=1, max_length=5000)]


class TellIn(In):
    """告知受理情况; ``reached`` false: 联系不上, after at least two logged attempts."""

    action: Literal[A.TELL]
    way: ContactWay
    reached: bool = True
    at: Moment | None = None
    note: Note = ""


class AssignIn(In):
    """派单"""

    action: Literal[A.ASSIGN]
    handlers: Annotated[list[UUID], Field(min_length=1, max_length=6, description="承办人账号")]
    lead: UUID = Field(description="主办人账号，须在承办人之中")
    note: Note = ""


class UnassignIn(In):
    """撤回派单"""

    action: Literal[A.UNASSIGN]
    reason: Reason


class ReassignStepIn(In):
    """改派"""

    action: Literal[A.REASSIGN]
    handlers: Annotated[list[UUID], Field(min_length=1, max_length=6, description="承办人账号")]
    lead: UUID = Field(description="主办人账号，须在承办人之中")
    reason: Reason


class InvestigateIn(In):
    """开始调查"""

    action: Literal[A.INVESTIGATE]
    note: Note = ""


class FindingIn(In):
    """The answer to one point."""

    point_id: UUID
    verdict: Verdict
    finding: Annotated[Words, Field(min_length=2, max_length=4000)]
    measure: Measure
    visited_at: Moment | None = None


class ProposeIn(In):
    """提交办理意见: every point answered."""

    action: Literal[A.PROPOSE]
    findings: Annotated[list[FindingIn], Field(max_length=30)]
    conclusion: Annotated[Words, Field(min_length=2, max_length=8000)]


class ReturnIn(In):
    """退回"""

    action: Literal[A.RETURN]
    reasons: Annotated[list[ReturnReason], Field(min_length=1, max_length=9)]
    note: Reason


class ApproveIn(In):
    """审批办结"""

    action: Literal[A.APPROVE]
    note: Reason


class ReplyIn(In):
    """答复举报人, with proof; ``reached`` false: 联系不上."""

    action: Literal[A.REPLY]
    way: ContactWay
    reached: bool = True
    at: Moment | None = None
    text: Annotated[Words, Field(min_length=2, max_length=8000)]
    proof: Annotated[Words, Field(min_length=2, max_length=300)]


class NotFixedIn(In):
    """反映未解决: as the reporter told it on the phone; by query code he says so himself."""

    action: Literal[A.NOT_FIXED]
    note: Reason


class UpholdIn(In):
    """复核维持: what was looked at again, and why the finding stands."""

    action: Literal[A.UPHOLD]
    visited_at: Moment | None = None
    note: Reason


class ReplyPlatformIn(In):
    """回复来件平台, with proof."""

    action: Literal[A.REPLY_PLATFORM]
    at: Moment | None = None
    text: Annotated[Words, Field(min_length=2, max_length=8000)]
    proof: Annotated[Words, Field(min_length=2, max_length=300)]


class CallBackIn(In):
    """回访"""

    action: Literal[A.CALL_BACK]
    way: ContactWay
    satisfaction: Satisfaction
    at: Moment | None = None
    note: Note = ""


class ArchiveIn(In):
    """归档"""

    action: Literal[A.ARCHIVE]
    note: Note = ""


class ExtendIn(In):
    """批准延期: before the old date; the reporter is told why, or the reason why not is given."""

    action: Literal[A.EXTEND]
    length: int = Field(ge=1, le=3660, description="延长多少（单位以该期限规则为准，办结期限为自然日）")
    reason: Reason
    told_at: Moment | None = None
    told_way: ContactWay | None = None
    untold_reason: Annotated[Words, Field(min_length=2, max_length=500)] | None = None


class SuspendIn(In):
    """中止计时: a reason code of the rule."""

    action: Literal[A.SUSPEND]
    reason: Annotated[Words, Field(min_length=1, max_length=40)]
    note: Reason
    document: Annotated[Words, Field(min_length=1, max_length=120)] | None = None


class ResumeIn(In):
    """恢复计时"""

    action: Literal[A.RESUME]
    note: Note = ""


class VoidIn(In):
    """作废"""

    action: Literal[A.VOID]
    reason: Reason


CaseStep = Annotated[
    AcceptIn
    | RefuseIn
    | ConfirmRefusalIn
    | RequestSupplementIn
    | SupplementIn
    | TellIn
    | AssignIn
    | UnassignIn
    | ReassignStepIn
    | InvestigateIn
    | ProposeIn
    | ReturnIn
    | ApproveIn
    | ReplyIn
    | NotFixedIn
    | UpholdIn
    | ReplyPlatformIn
    | CallBackIn
    | ArchiveIn
    | ExtendIn
    | SuspendIn
    | ResumeIn
    | VoidIn
    | ItemStep,
    Field(discriminator="action"),
]

_MODELS: dict[A, type[BaseModel]] = {
    get_args(model.model_fields["action"].annotation)[0]: model for model in get_args(get_args(CaseStep)[0])
}


@cache
def inputs_of(action: A) -> list[dict[str, Any]]:
    """The inputs an action declares: name, type, required, choices; from the model itself."""
    schema = _MODELS[action].model_json_schema()
    required = set(schema.get("required", ()))
    return [
        {"name": name, "required": name in required, "schema": _flat(part, schema.get("$defs", {}))}
        for name, part in schema["properties"].items()
        if name != "action"
    ]


def _flat(part: Any, definitions: dict[str, Any]) -> Any:
    """A schema with its references put in place."""
    if isinstance(part, dict):
        if "$ref" in part:
            return _flat(definitions[part["$ref"].rsplit("/", 1)[1]], definitions)
        return {key: _flat(value, definitions) for key, value in part.items()}
    if isinstance(part, list):
        return [_flat(one, definitions) for one in part]
    return part
