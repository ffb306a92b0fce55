"""The journal on the wire: rows for the audit, and the signed head of a day."""

from __future__ import annotations

from datetime import date, datetime
from hashlib import sha256
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from api.paging import PageQuery
from api.schemas.base import Out
from models.files.heads_log import Line
from models.operations.chains.listing import Entry
from models.tables.base import CN
from models.vault import Vault


class JournalQuery(PageQuery):
    """Paging, and which chain."""

    chain: (
        Annotated[
            str, Field(pattern=r"^[0-9]{2}([0-9]{2}){0,2}$", description="链：县级区划代码，或 00（总链）")
        ]
        | None
    ) = None


class AnchorQuery(BaseModel):
    """Which day."""

    model_config = ConfigDict(extra="forbid")

    day: Annotated[
        date, Field(ge=date(2020, 1, 1), le=date(2199, 12, 31), description="北京时间的日期，如 2026-11-23")
    ]


class JournalRowOut(Out):
    """审计链的一行：谁、何时、对什么、做了什么；只有字段名和加密摘要，没有内容"""

    chain: str
    seq: int
    readable: Annotated[bool, Field(description="否：这一行被改动过，已无法读取，请核验")]
    at: datetime | None
    by: Annotated[UUID | None, Field(description="账号；空为系统")]
    verb: str | None
    kind: str | None
    subject: str | None
    fields: list[str]
    reason: str | None
    digest: str | None
    request_id: str | None
    hash: str

    @classmethod
    def of(cls, entry: Entry) -> Self:
        """The row; a payload that does not have our shape is shown as unreadable, not hidden."""
        try:
            body = _BODY.validate_python(entry.body)
        except ValidationError:
            body = None
        on = body.on if body else (None, None)
        return cls(
            chain=entry.chain,
            seq=entry.seq,
            readable=body is not None,
            at=body.at.astimezone(CN) if body else None,
            by=body.by if body else None,
            verb=body.verb if body else None,
            kind=on[0],
            subject=on[1],
            fields=body.fields if body else [],
            reason=body.reason if body else None,
            digest=body.digest if body else None,
            request_id=body.request if body else None,
            hash=entry.hash.hex(),
        )


class _Body(BaseModel):
    """What ``journal.payload_of`` writes."""

    at: datetime
    by: UUID | None
    verb: str
    on: tuple[str, str]
    fields: list[str] = []
    reason: str | None = None
    digest: str | None = None
    request: str | None = None


_BODY: TypeAdapter[_Body] = TypeAdapter(_Body)


class HeadOut(Out):
    """一条链的链头"""

    chain: str
    seq: int
    hash: str


class AnchorOut(Out):
    """某日最后一次链头签名：公布 line 原文即可供任何人日后核对"""

    day: date
    at: datetime
    kid: str
    public_key: Annotated[str | None, Field(description="Ed25519 公钥（十六进制）；密钥已更换的为空")]
    line: Annotated[str, Field(description="签名记录原文（一行），逐字节保存")]
    sha256: str
    heads: list[HeadOut]

    @classmethod
    def of(cls, day: date, line: Line, vault: Vault) -> Self:
        heads: list[dict[str, Any]] = [
            {"chain": chain, "seq": seq, "hash": digest.hex()} for chain, (seq, digest) in line.heads.items()
        ]
        return cls.model_validate(
            {
                "day": day,
                "at": line.at.astimezone(CN),
                "kid": line.kid,
                "public_key": vault.public_key_raw.hex() if line.kid == vault.signing_kid else None,
                "line": line.text,
                "sha256": sha256(line.text.encode()).hexdigest(),
                "heads": heads,
            }
        )
