"""Accounts 账号, grants 授权, deputies 代理 and hand-over lists 移交清单 on the wire."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal, Self
from uuid import UUID

from pydantic import Field, SecretStr

from api.paging import PageQuery
from api.schemas.base import DivisionCode, In, Moment, Out, Patch, Words
from api.schemas.people import Password
from models.domain.access import ROLE_TITLES, Role
from models.domain.states import STATE_TITLES, Action, State
from models.domain.words.passwords import LEAST, MOST
from models.operations.people.accounts import GrantDraft
from models.operations.people.deputies import DeputyDraft
from models.tables.base import AnyRow

PersonName = Annotated[Words, Field(min_length=1, max_length=80)]
Login = Annotated[
    str,
    Field(pattern=r"^[a-z0-9][a-z0-9_.-]{1,63}$", description="小写字母、数字和 _ . -，2～64 个字符"),
]
Actions = Annotated[list[Action], Field(min_length=1, max_length=40, description="不填：该岗位的全部步骤")]


class AccountsQuery(PageQuery):
    """What narrows the list."""

    unit: UUID | None = Field(None, description="单位及其下级")
    role: Role | None = Field(None, description="现在担任的岗位")
    active: bool | None = None


class AccountIn(In):
    """新账号；授权另行办理"""

    login: Login
    name: PersonName
    unit_id: UUID | None = None


class AccountPatch(Patch):
    """要改的项；不填的不变"""

    NEVER_NULL: ClassVar[frozenset[str]] = frozenset({"name", "active"})
    name: PersonName | None = None
    unit_id: UUID | None = None
    active: bool | None = None


class NewPasswordIn(In):
    """自己改密码"""

    old_password: Password
    new_password: Annotated[
        SecretStr, Field(max_length=MOST, description=f"至少 {LEAST} 个字符，不含登录名，不用常见密码")
    ]


class AccountRow(Out):
    """账号列表的一行"""

    id: UUID
    login: str
    name: str
    unit_id: UUID | None
    unit: str | None
    active: bool
    created_at: datetime
    left_at: datetime | None
    version: int
    roles: list[Role]


class GrantRow(Out):
    """一项授权及其现状"""

    id: UUID
    role: Role
    role_title: str
    unit_id: UUID | None
    unit: str | None
    division: str
    division_name: str | None
    enterprise_id: UUID | None
    principal_id: UUID | None
    principal: str | None
    actions: list[str] | None
    valid_from: datetime
    valid_to: datetime | None
    standing: Literal["running", "later", "ended"]
    given_by: UUID | None

    @classmethod
    def of(cls, grant: dict[str, Any]) -> Self:
        return cls.model_validate({**grant, "role_title": ROLE_TITLES[grant["role"]]})


class AccountOut(Out):
    """一个账号及其全部授权"""

    id: UUID
    login: str
    name: str
    unit_id: UUID | None
    unit: str | None
    active: bool
    created_at: datetime
    left_at: datetime | None
    version: int
    grants: list[GrantRow]

    @classmethod
    def of(cls, account: dict[str, Any]) -> Self:
        return cls.model_validate({**account, "grants": [GrantRow.of(one) for one in account["grants"]]})


class AccountCreated(Out):
    """新账号和只显示这一次的初始密码"""

    id: UUID
    login: str
    initial_password: str


class PasswordIssued(Out):
    """只显示这一次的新密码"""

    new_password: str


class SessionsEnded(Out):
    """结束了几处登录"""

    ended: int


class GrantIn(In):
    """一项授权；写明 principal_id 即为代理"""

    role: Role
    division: DivisionCode
    unit_id: UUID | None = None
    enterprise_id: UUID | None = None
    principal_id: UUID | None = None
    actions: Actions | None = None
    valid_from: Moment | None = None
    valid_to: Moment | None = None

    def draft(self, account_id: UUID) -> GrantDraft:
        """The plain values an operation takes."""
        return GrantDraft(
            account_id=account_id,
            role=self.role,
            division=self.division,
            unit_id=self.unit_id,
            enterprise_id=self.enterprise_id,
            principal_id=self.principal_id,
            actions=_names(self.actions),
            valid_from=self.valid_from,
            valid_to=self.valid_to,
        )


class DeputyIn(In):
    """谁在什么时间代我行使哪个岗位；可只委托部分步骤"""

    account_id: UUID
    role: Literal[Role.SUPERVISOR, Role.DEPUTY_HEAD]
    division: DivisionCode
    valid_from: Moment | None = None
    valid_to: Moment
    actions: Actions | None = None

    def draft(self) -> DeputyDraft:
        """The plain values an operation takes."""
        return DeputyDraft(
            account_id=self.account_id,
            role=self.role,
            division=self.division,
            valid_to=self.valid_to,
            valid_from=self.valid_from,
            actions=_names(self.actions),
        )


def _names(actions: list[Action] | None) -> list[str] | None:
    return None if actions is None else sorted({action.value for action in actions})


class GrantGiven(Out):
    """授权编号"""

    id: UUID


class DeputyOut(Out):
    """我的一位代理人"""

    id: UUID
    account_id: UUID
    name: str
    role: Role
    role_title: str
    division: str
    actions: list[str] | None
    valid_from: datetime
    valid_to: datetime

    @classmethod
    def of(cls, row: AnyRow) -> Self:
        title = ROLE_TITLES[row.role]
        return cls.model_validate({**row._mapping, "division": row.division_code, "role_title": title})


class KindCount(Out):
    """一类未了事项的数量；blocks：办妥前不能离岗"""

    kind: str
    title: str
    count: int
    blocks: bool


class OpenCase(Out):
    """一件经手的案件"""

    id: UUID
    number: str
    title: str
    state: State
    state_title: str
    due_at: datetime


class ActingFor(Out):
    """受托代理"""

    grant_id: UUID
    principal_id: UUID
    principal: str
    role: Role
    valid_to: datetime


class HandOverOut(Out):
    """移交清单；管理员只见数量，cases 为 null"""

    account_id: UUID
    name: str
    left_at: datetime | None
    counts: list[KindCount]
    cases: list[OpenCase] | None
    acting_for: list[ActingFor]

    @classmethod
    def of(cls, found: dict[str, Any]) -> Self:
        cases = found["cases"]
        if cases is not None:
            cases = [{**row._mapping, "state_title": STATE_TITLES[row.state]} for row in cases]
        return cls.model_validate({**found, "cases": cases})
