"""
Contacts 提醒方式 of one person: by which channels he is reached, in his order, and his address on each.

Addresses are sealed, and shown masked; neither journal nor refusal holds one. The inbox needs no contact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from models.domain.errors import Flaw, Invalid
from models.domain.outgoing.addresses import flaw_of, mailbox, masked, mobile
from models.domain.outgoing.channels import ADDRESSES, AddressKind, ChannelKind
from models.operations.act import Act
from models.operations.people import reach
from models.tables.base import AnyRow
from models.tables.channels import attempts, channels, dispatches
from models.tables.channels import contacts as T
from models.tables.people import accounts, units
from models.vault import phone_normal

MOST: Final = 8
_ASIDE: Final = 1000  # positions while the list is put in its new order


@dataclass(frozen=True, slots=True)
class Wanted:
    """One line of a new list; without an address the one that is there stays."""

    channel_id: UUID
    address: str | None


def mine(act: Act) -> dict[str, Any]:
    """The reader's contacts in order, and the channels he may choose."""
    return _listed(act, _me(act))


def of(act: Act, account_id: UUID) -> dict[str, Any]:
    """
    Those of a person, for his administrator.

    Raises:
        NotFound, Forbidden: see ``reach.charge``.
    """
    reach.charge(act, account_id)
    return _listed(act, account_id)


def set_mine(act: Act, wanted: Sequence[Wanted]) -> None:
    """
    Replace the whole list.

    Raises:
        Invalid: a channel that is not for him, twice the same, an address that is none.
    """
    account_id = _me(act)
    act.db.execute(select(accounts.c.id).where(accounts.c.id == account_id).with_for_update())
    _replace(act, account_id, wanted)


def set_of(act: Act, account_id: UUID, wanted: Sequence[Wanted]) -> None:
    """
    Replace the list of a person who never does.

    Raises:
        NotFound, Forbidden: see ``reach.charge``. Invalid: see ``set_mine``.
    """
    reach.charge(act, account_id)
    _replace(act, account_id, wanted)


def _me(act: Act) -> UUID:
    assert act.actor.account_id is not None
    return act.actor.account_id


def _listed(act: Act, account_id: UUID) -> dict[str, Any]:
    rows = act.db.execute(
        select(
            T.c.channel_id, channels.c.kind, channels.c.title, channels.c.active, T.c.shown.label("address")
        )
        .join(channels, channels.c.id == T.c.channel_id)
        .where(T.c.account_id == account_id)
        .order_by(T.c.position)
    ).all()
    offered = [
        {"channel_id": row.id, "kind": row.kind, "title": row.title, "address": ADDRESSES[row.kind]}
        for row in _offered(act, account_id).values()
    ]
    return {"items": [row._mapping for row in rows], "channels": offered}


def _offered(act: Act, account_id: UUID) -> Mapping[UUID, AnyRow]:
    """The active channels of his divisions, and of those above them."""
    places = {one.division_code for one in reach.standing(act, account_id)}
    unit = select(units.c.division_code).join(accounts, accounts.c.unit_id == units.c.id)
    places |= set(act.db.execute(unit.where(accounts.c.id == account_id)).scalars())
    above = {place[:digits] for place in places for digits in range(2, len(place) + 1)}
    rows = act.db.execute(
        select(channels.c.id, channels.c.kind, channels.c.title)
        .where(channels.c.active, channels.c.division_code.in_(sorted(above)))
        .order_by(channels.c.division_code, channels.c.title, channels.c.id)
    )
    return {row.id: row for row in rows}


def _replace(act: Act, account_id: UUID, wanted: Sequence[Wanted]) -> None:
    before = {row.channel_id: row for row in act.db.execute(select(T).where(T.c.account_id == account_id))}
    kinds = {row.id: row.kind for row in _offered(act, account_id).values()}
    read = _read(wanted, kinds, before)
    _drop(act, account_id, [one.channel_id for one in wanted])
    act.db.execute(update(T).where(T.c.account_id == account_id).values(position=T.c.position + _ASIDE))
    for position, (one, address) in enumerate(zip(wanted, read, strict=True), 1):
        there = before.get(one.channel_id)
        values = {"position": position}
        contact_id = there.id if there else act.new_id()
        if there is None or address is not None or not _keeps(kinds[one.channel_id]):
            values |= _sealed(act, contact_id, address)
        if there:
            act.db.execute(update(T).where(T.c.id == contact_id).values(**values))
        else:
            named = {"id": contact_id, "account_id": account_id, "channel_id": one.channel_id}
            act.db.execute(insert(T).values(**named, **values))
    act.note("contacts.set", "account", account_id, chain="00", fields=("channel_id", "position", "address"))


def _read(
    wanted: Sequence[Wanted], kinds: Mapping[UUID, ChannelKind], before: Mapping[UUID, AnyRow]
) -> list[str | None]:
    """The addresses in their one spelling, None where there is none or the old one stays. Raises Invalid."""
    flaws: list[Flaw | None] = []
    read: list[str | None] = []
    for n, one in enumerate(wanted):
        address = None
        if one.channel_id not in kinds:
            flaws.append(
                Flaw(f"/items/{n}/channel_id", "unknown_channel", "没有这个渠道，或已停用、不在您的区划")
            )
        elif one.channel_id in [earlier.channel_id for earlier in wanted[:n]]:
            flaws.append(Flaw(f"/items/{n}/channel_id", "repeated", "同一个渠道只写一次"))
        elif one.address or not (_keeps(kinds[one.channel_id]) and one.channel_id in before):
            kind = ADDRESSES[kinds[one.channel_id]]
            address = _spelt(kind, one.address)
            flaws.append(flaw_of(kind, one.address, address, f"/items/{n}/address"))
        read.append(address)
    if any(flaws):
        raise Invalid(flaws=[one for one in flaws if one])
    return read


def _keeps(kind: ChannelKind) -> bool:
    """Whether an address left out means the old one: where there must be one."""
    return ADDRESSES[kind] in (AddressKind.PHONE, AddressKind.EMAIL)


def _spelt(kind: AddressKind, text: str | None) -> str | None:
    if not text or kind is AddressKind.NONE:
        return None
    return mailbox(text) if kind is AddressKind.EMAIL else mobile(phone_normal(text))


def _sealed(act: Act, contact_id: UUID, address: str | None) -> dict[str, Any]:
    place = f"reminder_contact:{contact_id}:address"
    sealed = act.vault.seal(act.vault.channel_key(), address, place=place) if address else None
    return {"sealed_address": sealed, "shown": masked(address), "since": act.now}


def _drop(act: Act, account_id: UUID, kept: Sequence[UUID]) -> None:
    """What went out by a contact that is given up keeps the kind of its channel."""
    over = select(T.c.id).where(T.c.account_id == account_id, T.c.channel_id.not_in(kept))
    his = select(dispatches.c.id).where(dispatches.c.account_id == account_id)
    act.db.execute(
        update(attempts)
        .where(attempts.c.dispatch_id.in_(his), attempts.c.contact_id.in_(over))
        .values(contact_id=None)
    )
    act.db.execute(delete(T).where(T.c.account_id == account_id, T.c.channel_id.not_in(kept)))
