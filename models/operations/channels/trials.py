"""Trying a channel 渠道测试: one fixed message to the administrator himself, by that channel alone."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from models.db.engines import announce
from models.domain.errors import Conflict, NotFound
from models.domain.outgoing.slots import Slot
from models.operations.act import Act
from models.operations.channels import channels
from models.operations.outgoing import dispatches
from models.operations.outgoing.ways import TEST, trial_key
from models.tables.base import AnyRow
from models.tables.channels import contacts
from models.tables.channels import dispatches as T


def put_down(act: Act, channel_id: UUID) -> None:
    """
    Send one test message, at any hour; while one still waits no other is put down.

    Raises:
        NotFound: not the administrator's channel. Conflict: switched off, or he is not reached by it himself.
    """
    row = channels.find(act, channel_id, lock=True)  # of two that are asked for at once one finds the other
    if not row.active:
        raise Conflict("这个渠道已停用，请先恢复再测试")
    contact_id = _contact(act, channel_id)
    if contact_id is None:
        raise Conflict("请先在“我的提醒方式”里加上这个渠道，再发测试消息")
    before = _latest(act, contact_id)
    if before is not None and before.state == "waiting":
        return
    assert act.actor.account_id is not None
    key = trial_key(contact_id, act.new_id())
    dispatches.put_down(act, act.actor.account_id, key, Slot(None, act.now))
    act.note("channel.test", "channel", channel_id, chain="00")
    announce(act.db)


def latest(act: Act, channel_id: UUID) -> AnyRow:
    """
    How one's own last test stands.

    Raises:
        NotFound: not the administrator's channel, or he has not tried it.
    """
    channels.find(act, channel_id)
    contact_id = _contact(act, channel_id)
    found = _latest(act, contact_id) if contact_id else None
    if found is None:
        raise NotFound()
    return found


def _contact(act: Act, channel_id: UUID) -> UUID | None:
    mine = (contacts.c.account_id == act.actor.account_id, contacts.c.channel_id == channel_id)
    found: UUID | None = act.db.execute(select(contacts.c.id).where(*mine)).scalar_one_or_none()
    return found


def _latest(act: Act, contact_id: UUID) -> AnyRow | None:
    return act.db.execute(
        select(T.c.state, T.c.error, T.c.created_at, T.c.sent_at)
        .where(T.c.account_id == act.actor.account_id, T.c.key.startswith(f"{TEST}{contact_id.hex}/"))
        .order_by(T.c.created_at.desc(), T.c.id.desc())
        .limit(1)
    ).one_or_none()
