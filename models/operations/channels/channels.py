"""
Channels 通知渠道, kept by the administrator: made, changed, switched off; never deleted, attempts refer to them.

Where a message may go is judged here at save (and again, by the gateway, whenever one leaves). The
configuration is sealed: it holds keys, and nobody reads it back.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import and_, insert, or_, select, true, update

from models.domain.access import GRANTS, Verb
from models.domain.errors import Flaw, Forbidden, Invalid, NotFound
from models.domain.outgoing.channels import CHANNEL_TITLES, ChannelKind
from models.domain.outgoing.configuring import read_config
from models.domain.outgoing.targets import Target, refuse_address, target_of
from models.operations.act import Act
from models.operations.once import Key, once
from models.operations.people import reach
from models.tables.base import AnyRow
from models.tables.channels import channels as T

LONGEST_SHOWN: Final = 120
WAY_OUT: Final = "确需使用时，请系统管理员把它加入 HUANXUN_WEBHOOK_ORIGINS"
Cursor = tuple[datetime, UUID]

_COLUMNS = (T.c.id, T.c.kind, T.c.title, T.c.division_code.label("division"), T.c.shown, T.c.active)
_SHOWN = (*_COLUMNS, T.c.created_at, T.c.version)


@dataclass(frozen=True, slots=True)
class ChannelDraft:
    """A channel to be made."""

    kind: ChannelKind
    title: str
    division: str
    config: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reached:
    """Where a configuration points to, and the addresses its name has now (as text)."""

    target: Target | None
    addresses: Collection[str]


def page(act: Act, *, after: Cursor | None, limit: int) -> Sequence[AnyRow]:
    """Up to ``limit + 1`` channels of the administrator's divisions, newest first."""
    statement = select(*_SHOWN).where(_kept_by(act))
    if after is not None:
        at, row_id = after
        statement = statement.where(
            or_(T.c.created_at < at, and_(T.c.created_at == at, T.c.id < row_id)),
        )
    return act.db.execute(statement.order_by(T.c.created_at.desc(), T.c.id.desc()).limit(limit + 1)).all()


def find(act: Act, channel_id: UUID, *, lock: bool = False) -> AnyRow:
    """
    A channel of the administrator's divisions.

    Raises:
        NotFound: absent or outside, the same.
    """
    statement = select(*_SHOWN).where(T.c.id == channel_id, _kept_by(act))
    row = act.db.execute(statement.with_for_update() if lock else statement).one_or_none()
    if row is None:
        raise NotFound()
    return row


def may_keep(act: Act) -> None:
    """Nothing more than what the session is asked for: what kinds there are is no secret to who keeps them."""


def target_of_new(act: Act, draft: ChannelDraft, origins: Collection[str]) -> Target | None:
    """
    Where a new channel would send to, for its name to be looked up outside of any transaction.

    Raises:
        Forbidden: a division outside the administrator's. Invalid: unknown division, bad configuration or target.
    """
    if not any(draft.division.startswith(area) for area in _areas(act)) and not reach.is_system(act.actor):
        raise Forbidden("这个区划不在您的管理范围内，请由上一级管理员办理")
    division = act.law.divisions.get(draft.division)
    if division is None or division.successor is not None:
        raise Invalid(flaws=[Flaw("/division", "unknown_division", "没有这个区划，或已撤并")])
    return _target(draft.kind, draft.config, origins)


def target_of_changed(
    act: Act, channel_id: UUID, fields: Mapping[str, Any], origins: Collection[str]
) -> Target | None:
    """
    Where a changed channel would send to; None as well where its configuration stays.

    Raises:
        NotFound. Invalid: bad configuration or target.
    """
    row = find(act, channel_id)
    return _target(row.kind, fields["config"], origins) if "config" in fields else None


def create_once(
    act: Act, draft: ChannelDraft, reached: Reached, content: Mapping[str, Any], key: Key | None
) -> UUID:
    """
    Make a channel; the same key with the same content gives the same one.

    Raises:
        Invalid: the target has no address, or one that may not be dialled. OtherContent.
    """

    def make() -> UUID:
        channel_id = act.new_id()
        values = {
            "id": channel_id,
            "kind": draft.kind,
            "title": draft.title,
            "division_code": draft.division,
            "created_at": act.now,
            "created_by": act.actor.account_id,
            **_sealed(act, channel_id, draft.kind, draft.config, reached),
        }
        act.db.execute(insert(T).values(values))
        act.note("channel.add", "channel", channel_id, chain="00", fields=("kind", "title", "config"))
        return channel_id

    return once(act, key, "channels", content, make)


def change(
    act: Act, channel_id: UUID, fields: Mapping[str, Any], reached: Reached, *, version: int | None
) -> None:
    """
    Change title or configuration (the whole of it), switch off or on.

    Raises:
        NotFound. Invalid: see ``create_once``. VersionMissing, StaleVersion.
    """
    row = find(act, channel_id, lock=True)
    values = {name: fields[name] for name in ("title", "active") if name in fields}
    if "config" in fields:
        values |= _sealed(act, channel_id, row.kind, fields["config"], reached)
    reach.current(version, row, "title", "active", "shown")
    act.db.execute(update(T).where(T.c.id == channel_id).values(**values, version=row.version + 1))
    act.note("channel.change", "channel", channel_id, chain="00", fields=sorted(fields))


def _areas(act: Act) -> list[str]:
    held = (grant for grant in act.actor.grants if Verb.CHANNEL_ADMIN in GRANTS[grant.role])
    return sorted({area for grant in held for area in grant.areas})


def _kept_by(act: Act) -> Any:
    return true() if reach.is_system(act.actor) else reach.inside(T.c.division_code, _areas(act))


def _target(kind: ChannelKind, config: Mapping[str, Any], origins: Collection[str]) -> Target | None:
    read = read_config(kind, config)
    try:
        return target_of(kind, read, origins)
    except Invalid as error:
        flaws = [Flaw(f"/config{one.pointer}", one.code, one.message) for one in error.flaws]
        raise Invalid(flaws=flaws) from None


def _sealed(
    act: Act, channel_id: UUID, kind: ChannelKind, config: Mapping[str, Any], reached: Reached
) -> dict[str, Any]:
    """The columns of a configuration whose target may be dialled. Raises Invalid."""
    target = reached.target
    if target is not None:
        _judge(target, reached.addresses, "/config/host" if kind is ChannelKind.SMTP else "/config/url")
    text = json.dumps(read_config(kind, config), ensure_ascii=False, sort_keys=True)
    place = f"channel:{channel_id}:config"
    return {
        "sealed_config": act.vault.seal(act.vault.channel_key(), text, place=place),
        "shown": (target.origin if target else CHANNEL_TITLES[kind])[:LONGEST_SHOWN],
    }


def _judge(target: Target, addresses: Collection[str], pointer: str) -> None:
    if not addresses:
        words = (
            "现在查不到这个主机名，请核对拼写；内网主机请先在服务器上配好解析，再加入 HUANXUN_WEBHOOK_ORIGINS"
        )
        raise Invalid(flaws=[Flaw(pointer, "unresolvable", words)])
    for address in addresses:
        if why := refuse_address(address, listed=target.listed):
            raise Invalid(
                flaws=[Flaw(pointer, "address_refused", f"这个主机指向{why}，不能发往那里；{WAY_OUT}")]
            )
