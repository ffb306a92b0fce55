"""Receipts 回执 and the keys they are signed with, on the wire."""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import Field

from api.schemas.base import In, Out, Words
from models.domain.public.receipts import MOST_CHARACTERS
from models.tables.base import AnyRow
from models.vault import pem_of

FileDigest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ReceiptIn(In):
    """A receipt as it was handed out, whole."""

    payload: str = Field(max_length=MOST_CHARACTERS, description="签名的内容，一字不改")
    signature: str = Field(max_length=200, description="Ed25519 签名，base64")
    kid: str = Field(max_length=64, description="密钥编号")
    salt: str = Field(max_length=64, description="计算文字摘要用的随机值，base64")


class CheckIn(In):
    """A receipt to check, with what it should be compared to."""

    receipt: ReceiptIn
    words: Annotated[Words, Field(max_length=20_000)] | None = Field(
        default=None, description="举报原文：核对是否就是当时提交的"
    )
    files: Annotated[list[FileDigest], Field(max_length=50)] | None = Field(
        default=None, description="原始文件的 SHA-256（64 位小写十六进制）：核对是否当时随举报提交"
    )


class CheckedOut(Out):
    """What the receipt proves; number and time only when the signature is good."""

    valid: bool
    kid: str | None
    number: str | None
    received_at: datetime | None
    words_match: bool | None
    files_match: bool | None
    reasons: list[str]


class ImageIn(In):
    """Whose receipt is drawn."""

    number: str = Field(max_length=60, description="举报编号，如 ABCDE-FGHJK-M")
    query_code: str = Field(max_length=80, description="查询码，四组，每组 5 位")


class KeyOut(Out):
    """A signing key and the time it was in use."""

    kid: str
    algorithm: Literal["Ed25519"]
    public_key: str = Field(description="公钥 32 字节，base64")
    public_key_pem: str = Field(description="公钥，PEM（SubjectPublicKeyInfo），可直接交给 openssl")
    valid_from: datetime
    valid_to: datetime | None

    @classmethod
    def of(cls, row: AnyRow) -> Self:
        """From a row of the table."""
        public = bytes(row.public)
        return cls(
            kid=row.kid,
            algorithm="Ed25519",
            public_key=b64encode(public).decode(),
            public_key_pem=pem_of(public),
            valid_from=row.valid_from,
            valid_to=row.valid_to,
        )


class KeysOut(Out):
    """Every key that ever signed, the oldest first."""

    items: list[KeyOut]
