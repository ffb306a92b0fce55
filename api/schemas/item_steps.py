"""The steps of a rectification item on the wire, each with its declared inputs."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from api.schemas.base import In, Note, Reason, Words
from models.domain.acceptance.materials import MaterialKind
from models.domain.rectification.words import RejectReason, RelapseGround, Stage
from models.domain.states import Action as A

Text = Annotated[Words, Field(min_length=2, max_length=5000)]
Line = Annotated[Words, Field(min_length=1, max_length=300)]
Person = Annotated[Words, Field(min_length=1, max_length=80)]


class TaskIn(In):
    """整改任务"""

    text: Annotated[Words, Field(min_length=2, max_length=1000)]
    unit_id: UUID = Field(description="任务单位：本问题的责任、牵头或会同单位")
    person: Person | None = None
    due_on: date


class SubmitPlanIn(In):
    """报送整改方案"""

    action: Literal[A.SUBMIT_PLAN]
    goal: Text
    measures: Text
    stage: Stage
    due_on: date = Field(description="整改时限（最后一天）")
    responsible_person: Person
    contact_leader: Person | None = None
    checklist: Annotated[list[Line], Field(min_length=1, max_length=30, description="销号标准，逐条")]
    tasks: Annotated[list[TaskIn], Field(min_length=1, max_length=30)]


class ConfirmPlanIn(In):
    """确认整改方案: the clocks of the item and of its tasks start."""

    action: Literal[A.CONFIRM_PLAN]
    note: Note = ""


class ReturnPlanIn(In):
    """退回整改方案"""

    action: Literal[A.RETURN_PLAN]
    reason: Reason


class DesignateIn(In):
    """指定验收单位: outside the whole unit tree of every responsible unit."""

    action: Literal[A.DESIGNATE]
    unit_id: UUID
    note: Note = ""


class RequestExtensionIn(In):
    """申请延期: before the date."""

    action: Literal[A.REQUEST_EXTENSION]
    until: date = Field(description="申请延至（最后一天）")
    reason: Reason


class OutsideActIn(In):
    """What a city or province decided: its paper, recorded here."""

    agency: Annotated[Words, Field(min_length=2, max_length=120)] = Field(description="批复机关")
    number: Annotated[Words, Field(min_length=2, max_length=60)] = Field(description="文号")
    dated_on: date = Field(description="批复日期")
    scan: UUID = Field(description="一事一档中批复扫描件的编号")


class GrantExtensionIn(In):
    """批准延期申请: at the level the item came from."""

    action: Literal[A.GRANT_EXTENSION]
    note: Note = ""
    outside: OutsideActIn | None = None


class RefuseExtensionIn(In):
    """不批准延期"""

    action: Literal[A.REFUSE_EXTENSION]
    reason: Reason


class CheckIn(In):
    """One line of the checklist 销号标准, as checked."""

    no: int = Field(ge=1, le=30)
    met: bool
    note: Note = ""


class SelfCheckIn(In):
    """自查完成: every line of the checklist answered."""

    action: Literal[A.SELF_CHECK]
    finished_on: date = Field(description="整改完成日期")
    checklist: Annotated[list[CheckIn], Field(max_length=30)]
    summary: Text


class ReopenIn(In):
    """撤回自查"""

    action: Literal[A.REOPEN]
    reason: Reason


class ApplyIn(In):
    """申请销号"""

    action: Literal[A.APPLY]
    note: Note = ""


class AcceptMaterialsIn(In):
    """材料审核通过"""

    action: Literal[A.ACCEPT_MATERIALS]
    note: Note = ""


class ReturnMaterialsIn(In):
    """退回补正材料"""

    action: Literal[A.RETURN_MATERIALS]
    reasons: Annotated[list[RejectReason], Field(min_length=1, max_length=10)]
    kinds: Annotated[
        list[MaterialKind], Field(max_length=16, description="退回哪几种材料；不填则全部可以补正")
    ] = []
    note: Reason


class JointIn(In):
    """A joint unit 会同单位 that was on the site."""

    unit: Line
    persons: Annotated[list[Person], Field(min_length=1, max_length=10)]


class VerifyIn(In):
    """现场核查通过: by one member; another signs after him."""

    action: Literal[A.VERIFY]
    visited_on: date
    opinion: Text
    members: Annotated[list[UUID], Field(min_length=2, max_length=10, description="验收组成员账号，含本人")]
    joint: Annotated[list[JointIn], Field(max_length=10)] = []


class CountersignIn(In):
    """会签验收意见"""

    action: Literal[A.COUNTERSIGN]
    note: Note = ""


class FailSiteIn(In):
    """现场核查不通过"""

    action: Literal[A.FAIL_SITE]
    reasons: Annotated[list[RejectReason], Field(min_length=1, max_length=10)]
    note: Reason


class PublishIn(In):
    """开始公示: the publication was approved and runs."""

    action: Literal[A.PUBLISH]
    note: Note = ""


class UpholdObjectionIn(In):
    """异议成立退回整改"""

    action: Literal[A.UPHOLD_OBJECTION]
    note: Reason


class ApproveWriteOffIn(In):
    """批准销号: at the level the item came from."""

    action: Literal[A.APPROVE_WRITE_OFF]
    note: Reason
    outside: OutsideActIn | None = None


class RefuseWriteOffIn(In):
    """不批准销号"""

    action: Literal[A.REFUSE_WRITE_OFF]
    reasons: Annotated[list[RejectReason], Field(min_length=1, max_length=10)]
    note: Reason


class WriteOffIn(In):
    """销号"""

    action: Literal[A.WRITE_OFF]
    note: Note = ""


class LookBackIn(In):
    """回头看合格"""

    action: Literal[A.LOOK_BACK]
    visited_on: date
    finding: Text


class RelapseIn(In):
    """认定反弹: the next round opens, 责任追究 is marked, the office is told."""

    action: Literal[A.RELAPSE]
    ground: RelapseGround
    finding: Text


ItemStep = (
    SubmitPlanIn
    | ConfirmPlanIn
    | ReturnPlanIn
    | DesignateIn
    | RequestExtensionIn
    | GrantExtensionIn
    | RefuseExtensionIn
    | SelfCheckIn
    | ReopenIn
    | ApplyIn
    | AcceptMaterialsIn
    | ReturnMaterialsIn
    | VerifyIn
    | CountersignIn
    | FailSiteIn
    | PublishIn
    | UpholdObjectionIn
    | ApproveWriteOffIn
    | RefuseWriteOffIn
    | WriteOffIn
    | LookBackIn
    | RelapseIn
)
"""Every step that only an item knows; 归档 and 作废 are those of every case."""
