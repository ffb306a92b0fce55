"""
Ways 发送途径 to one person: his contacts in his order, as far as their channels work; else the house's default.

Configurations and addresses are opened one at a time, when a message is about to leave by that way.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import bindparam, select

from models.operations.act import Act
from models.tables.channels import channels, contacts
from models.tables.people import accounts

TEST: Final = "test/"
"""What the key of a dispatch begins with that only tries a channel."""

_account_ids = bindparam("account_ids", expanding=True, type_=contacts.c.account_id.type)
_WAYS = (
    select(contacts.c.account_id, contacts.c.id, contacts.c.channel_id, channels.c.kind)
    .join(channels, channels.c.id == contacts.c.channel_id)
    .join(accounts, accounts.c.id == contacts.c.account_id)
    .where(contacts.c.account_id.in_(_account_ids), channels.c.active, accounts.c.active)
    .order_by(contacts.c.account_id, contacts.c.position)
)
_SEALED = (
    select(channels.c.id, channels.c.sealed_config, contacts.c.sealed_address)
    .join(channels, channels.c.id == contacts.c.channel_id)
    .where(contacts.c.id == bindparam("id", type_=contacts.c.id.type))
)


@dataclass(frozen=True, slots=True)
class Exits:
    """
    What is wired to leave by.

    ``kinds``: every kind of channel, and whether its receivers recognise an attempt id; ``defaults``: the kinds
    for people without contacts, in order; ``link_base``: what links begin with, empty: letters carry none.
    """

    kinds: Mapping[str, bool]
    defaults: Sequence[str] = ()
    link_base: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """A kind of channel, and the contact it belongs to; None: a default of the house."""

    channel: str
    contact_id: UUID | None = None


def trial_key(contact_id: UUID, trial_id: UUID) -> str:
    """The key of a dispatch that tries one contact."""
    return f"{TEST}{contact_id.hex}/{trial_id.hex[-12:]}"


def ways_of(act: Act, account_id: UUID, exits: Exits, key: str = "") -> list[Way]:
    """The ways to try, in order, for a dispatch of this key; a trial has one; none for a person who has left."""
    rows = act.db.execute(_WAYS, {"account_ids": [account_id]}).all()
    own = [Way(row.kind.value, row.id) for row in rows if row.kind.value in exits.kinds]
    if key.startswith(TEST) and key.count("/") > 1:
        return [way for way in own if way.contact_id and key.startswith(f"{TEST}{way.contact_id.hex}/")]
    active = select(accounts.c.active).where(accounts.c.id == account_id)
    if own or not exits.defaults or not act.db.execute(active).scalar_one():
        return own
    return [Way(kind) for kind in exits.defaults]


def with_contacts(act: Act, account_ids: Collection[UUID], exits: Exits) -> set[UUID]:
    """Who of these has a contact that works."""
    rows = act.db.execute(_WAYS, {"account_ids": list(account_ids)}).all()
    return {row.account_id for row in rows if row.kind.value in exits.kinds}


def destination(act: Act, way: Way) -> tuple[Mapping[str, Any], str | None]:
    """
    The opened configuration of a way, and the person's address on it.

    Raises:
        Unreadable: sealed under another key, or damaged.
    """
    if way.contact_id is None:
        return {}, None
    row = act.db.execute(_SEALED, {"id": way.contact_id}).one()
    key = act.vault.channel_key()
    config = json.loads(act.vault.open_sealed(key, row.sealed_config, place=f"channel:{row.id}:config"))
    if row.sealed_address is None:
        return config, None
    place = f"reminder_contact:{way.contact_id}:address"
    return config, act.vault.open_sealed(key, row.sealed_address, place=place)
