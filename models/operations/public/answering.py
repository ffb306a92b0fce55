"""The bureau writes back to whoever holds the query code; the case then leaves the queue of waiting messages."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import update

from models.domain.errors import Conflict
from models.domain.law import chain_of
from models.domain.public.messages import Direction, MessageKind
from models.operations.act import Act
from models.operations.identity import opening
from models.operations.once import Key, once
from models.operations.public import sealing
from models.tables.cases import cases


def answer(act: Act, complaint_id: UUID, text: str, *, key: Key | None) -> UUID:
    """
    Write back; a retry under the same key is said once.

    Raises:
        NotFound; Conflict: forgotten, withdrawn, or nobody holds a code; OtherContent
    """
    complaint, case = opening.locked_with_case(act, complaint_id)
    if complaint.erased_at is not None or complaint.withdrawn_at is not None:
        raise Conflict("举报人已撤回或其信息已删除，不能再留言；需要联系的请走电话或来件平台")
    if complaint.code_digest is None:
        raise Conflict("本件没有查询码，举报人看不到留言；请用电话或来件平台联系")

    def make() -> UUID:
        made = sealing.put(act, complaint_id, Direction.OUT, MessageKind.MESSAGE, text)
        act.db.execute(
            update(cases).where(cases.c.id == case.id).values(message_waiting=False, changed_at=act.now)
        )
        act.note(
            "message.answer",
            "complaint",
            complaint_id,
            chain=chain_of(case.division_code),
            fields=("message",),
            content={"text": text},
        )
        return made

    return once(act, key, f"messages/{complaint_id}", {"text": text}, make)
