"""Receipts 回执: issued with a submission, checked for anybody, followed by a later complaint."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select

from models.domain.public import receipts
from models.domain.public.receipts import Payload, Receipt
from models.domain.words import numbering
from models.operations.act import Act
from models.operations.receipts import signing
from models.tables.base import CN
from models.tables.complaints import complaints
from models.tables.journal import instance
from models.vault import verify

SIGNATURE_BYTES: Final = 64

TRUE: Final = "签名有效：这份回执由本单位签发，签发后没有被改动"
SAMPLE: Final = "本系统是示例实例：这是示例数据，不是真实举报"
ALTERED: Final = "签名与内容不符：回执被改动过，或没有完整保存"
UNKNOWN_KEY: Final = "签名所用的密钥不是本单位公布的密钥，无法证明是本单位签发的"
OUT_OF_TIME: Final = "回执上的时间不在该密钥的使用期内，不能采信"
WORDS_FIT: Final = "所填文字与当时提交的一字不差"
WORDS_DIFFER: Final = "所填文字与当时提交的不一致（多一个字、少一个标点也算），或回执中的 salt 被改动"
FILES_FIT: Final = "所填文件都是当时随举报提交的"
FILES_DIFFER: Final = "所填文件中有的没有列在回执里，或已被改动（转发、压缩过的照片也算）"


@dataclass(frozen=True, slots=True)
class Checked:
    """What a receipt proves; number (as shown) and time only when the signature does."""

    valid: bool
    kid: str | None
    number: str | None
    received_at: datetime | None
    words_match: bool | None
    files_match: bool | None
    reasons: tuple[str, ...]


def issue(
    act: Act, *, number: str, received_at: datetime, words: str, files: Sequence[str], salt: bytes
) -> dict[str, str]:
    """
    Sign a receipt; the same submission gets the same receipt again.

    Args:
        number: stored form, 11 characters. words: as stored. files: SHA-256 of each original, in hex.
        salt: 16 bytes from ``vault.receipt_salt``.
    """
    _enrol_if_needed(act)
    payload = receipts.payload_of(
        number=number,
        received_at=received_at,
        words=words,
        salt=salt,
        files=files,
        epoch=int(act.db.execute(select(instance.c.epoch)).scalar_one()),
        kid=act.vault.signing_kid,
    )
    signature = act.vault.sign(payload.text().encode())
    return receipts.handed_out(payload, signature=signature, salt=salt).as_dict()


def check(
    act: Act, receipt: Mapping[str, Any], words: str | None = None, files: Collection[str] | None = None
) -> Checked:
    """
    What this receipt proves, to anybody who holds it; complaints are not looked at.

    Raises:
        Invalid: the words hold characters that cannot have been stored.
    """
    held = receipts.of_parts(receipt)
    payload, refused = (None, ALTERED) if held is None else _proven(act, held)
    if held is None or payload is None or refused:
        return Checked(False, None, None, None, None, None, (refused,))
    salt = receipts.read_bytes(held.salt, receipts.SALT_BYTES) or b""
    words_match = None if words is None else receipts.words_fit(payload, words, salt)
    files_match = None if files is None else set(files) <= set(payload.files)
    return Checked(
        valid=True,
        kid=payload.kid,
        number=numbering.shown(payload.number),
        received_at=payload.received_at.astimezone(CN),
        words_match=words_match,
        files_match=files_match,
        reasons=(
            TRUE,
            *((SAMPLE,) if act.law.sample else ()),
            *_said(words_match, WORDS_FIT, WORDS_DIFFER),
            *_said(files_match, FILES_FIT, FILES_DIFFER),
        ),
    )


def follows(act: Act, receipt: Mapping[str, Any]) -> UUID | None:
    """
    The complaint a receipt was given for, to link a later one to; ``None`` unless it is proven and still there.

    The time must fit too: after a restore from a backup a number may belong to another complaint.
    """
    held = receipts.of_parts(receipt)
    payload, refused = (None, ALTERED) if held is None else _proven(act, held)
    if payload is None or refused:
        return None
    c = complaints.c
    found = act.db.execute(
        select(c.id).where(
            c.public_number == payload.number,
            c.received_at == payload.received_at,
            c.erased_at.is_(None),
        )
    ).scalar_one_or_none()
    return None if found is None else UUID(str(found))


def _proven(act: Act, held: Receipt) -> tuple[Payload | None, str]:
    """The payload, if the signature proves it; else why not."""
    payload = receipts.read_payload(held.payload)
    signature = receipts.read_bytes(held.signature, SIGNATURE_BYTES)
    if payload is None or signature is None or held.kid != payload.kid:
        return None, ALTERED
    key = signing.known(act.db, payload.kid)
    if key is None:
        return None, UNKNOWN_KEY
    if not verify(bytes(key.public), signature, held.payload.encode()):
        return None, ALTERED
    return payload, "" if signing.may_vouch(key, payload.received_at) else OUT_OF_TIME


def _said(match: bool | None, yes: str, no: str) -> tuple[str, ...]:
    if match is None:
        return ()
    return (yes if match else no,)


def _enrol_if_needed(act: Act) -> None:
    """A process that was started with another key than the last one enrolled still gives receipts that hold."""
    if not signing.enrolled(act.db, act.vault):
        signing.enrol(act)
