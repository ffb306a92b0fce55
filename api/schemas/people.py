"""People on the wire: sessions, the reader himself."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import Field, SecretStr

from api.schemas.base import In, Out, Words
from models.domain.access import ROLE_TITLES, Role
from models.operations.people.sessions import Pair
from models.tables.base import CN

Password = Annotated[SecretStr, Field(min_length=1, max_length=128)]


class LoginIn(In):
    """账号、密码、设备名"""

    login: Annotated[Words, Field(min_length=1, max_length=64)]
    password: Password
    device: Annotated[Words, Field(min_length=1, max_length=80)] = "未命名设备"


class RefreshIn(In):
    """刷新令牌"""

    refresh_token: Annotated[SecretStr, Field(min_length=20, max_length=200)]


class TokensOut(Out):
    """访问令牌 15 分钟，刷新令牌 30 天滑动"""

    token_type: str
    access_token: str
    refresh_token: str
    access_expires_at: datetime
    refresh_expires_at: datetime

    @classmethod
    def of(cls, pair: Pair) -> Self:
        return cls(
            token_type="Bearer",  # noqa: S106
            access_token=pair.access_token,
            refresh_token=pair.refresh_token,
            access_expires_at=pair.access_expires_at.astimezone(CN),
            refresh_expires_at=pair.refresh_expires_at.astimezone(CN),
        )


class GrantOut(Out):
    """一项岗位授权"""

    id: UUID
    role: Role
    role_title: str
    unit_id: UUID | None
    unit: str | None
    division: str
    division_name: str | None
    principal_id: UUID | None


class MeOut(Out):
    """我是谁"""

    account_id: UUID
    name: str
    grants: list[GrantOut]
    instance: str
    notice: str | None

    @classmethod
    def of(cls, me: dict[str, Any]) -> Self:
        grants = [grant | {"role_title": ROLE_TITLES[grant["role"]]} for grant in me["grants"]]
        return cls.model_validate(me | {"grants": grants})
