"""The world of the tests: one founded county, its units, people and grants; acts with an explicit ``now``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import Connection, Engine, insert, select

from models import migrate
from models.db.engines import transaction
from models.domain.access import SYSTEM, Actor, Grant, Role
from models.domain.complaints import Channel, Confidentiality, Track
from models.domain.drafts import CaseDraft, ComplaintDraft, Place, Reporter
from models.domain.ids import uuid7
from models.domain.law import Law
from models.keyring import Keys, kid_of
from models.operations import founding, journal
from models.operations.act import Act
from models.operations.law import reference
from models.operations.people import accounts, officers, units
from models.operations.people.accounts import GrantDraft
from models.operations.people.officers import OfficerDraft
from models.tables import people as tables
from models.tables.enterprises import enterprises
from models.vault import Vault

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
"""Monday 2026-11-23 09:00 in Shanghai."""

COUNTY = "430511"
TOWN = "430511101"
OTHER_COUNTY = "430502"
PASSWORD = "示例口令-correct horse"
QUICK = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
"""argon2id as in production, with the smallest cost: what is tested is the flow, not the price."""


def _keys() -> Keys:
    """The same in every test process: what one of them seals into the template, the others must open."""
    master, *singles = (sha256(f"huanxun test key {n}".encode()).digest() for n in range(6))
    public = X25519PrivateKey.from_private_bytes(master).public_key().public_bytes_raw()
    kid = kid_of(public)
    return Keys({kid: master}, {kid: public}, kid, *singles)


KEYS: Keys = _keys()

ROLES: dict[str, tuple[Role, str]] = {
    "clerk": (Role.CLERK, COUNTY),
    "inspector": (Role.INSPECTOR, COUNTY),
    "inspector2": (Role.INSPECTOR, COUNTY),
    "warden": (Role.WARDEN, TOWN),
    "liaison": (Role.LIAISON, TOWN),
    "verifier": (Role.VERIFIER, COUNTY),
    "verifier2": (Role.VERIFIER, COUNTY),
    "office": (Role.OFFICE, COUNTY),
    "office2": (Role.OFFICE, COUNTY),
    "supervisor": (Role.SUPERVISOR, COUNTY),
    "supervisor2": (Role.SUPERVISOR, COUNTY),
    "deputy_head": (Role.DEPUTY_HEAD, COUNTY),
    "admin": (Role.ADMIN, COUNTY),
    "security": (Role.SECURITY_ADMIN, COUNTY),
    "auditor": (Role.AUDIT_ADMIN, COUNTY),
    "stranger_clerk": (Role.CLERK, OTHER_COUNTY),
    "stranger_supervisor": (Role.SUPERVISOR, OTHER_COUNTY),
    "stranger_inspector": (Role.INSPECTOR, OTHER_COUNTY),
    "town_inspector": (Role.INSPECTOR, "430511002"),
}

TOWN_HALL = "陈家桥镇人民政府（样例）"
HOUSING = "区住建局（样例）"
OFFICE = "区整改办（样例）"
UNIT_OF = {
    "liaison": TOWN_HALL,
    "verifier": HOUSING,
    "verifier2": HOUSING,
    "office": OFFICE,
    "office2": OFFICE,
}
"""Whose unit is neither the bureau nor its neighbour."""


@dataclass(slots=True)
class World:
    """A migrated, founded, peopled database."""

    url: str
    engine: Engine
    vault: Vault
    _law: Law | None = None

    def law_in(self, db: Connection) -> Law:
        """The law, read again only when it has changed."""
        version = reference.version(db)
        if self._law is None or self._law.version != version:
            self._law = reference.load(db)
        return self._law

    @contextmanager
    def act(self, name: str | None = None, *, now: datetime = NOW) -> Iterator[Act]:
        """One act of a person (or the system), sealed and committed."""
        with transaction(self.engine) as db:
            law = self.law_in(db)
            act = Act(db, self.actor(db, name, now) if name else SYSTEM, now, law, self.vault)
            yield act
            journal.seal(act)

    def actor(self, db: Any, name: str, now: datetime) -> Actor:
        """The actor behind a login name, as a session would make him."""
        law = self.law_in(db)
        account = db.execute(select(tables.accounts).where(tables.accounts.c.login == name)).one()
        held = db.execute(
            select(tables.grants).where(
                tables.grants.c.account_id == account.id,
                tables.grants.c.valid_from <= now,
                (tables.grants.c.valid_to.is_(None)) | (tables.grants.c.valid_to > now),
            )
        ).all()
        grants = tuple(
            Grant(
                id=row.id,
                role=row.role,
                unit_id=row.unit_id,
                division=row.division_code,
                areas=law.areas(row.division_code),
                principal_id=row.principal_id,
                actions=frozenset(row.actions) if row.actions is not None else None,
                enterprise_id=row.enterprise_id,
            )
            for row in held
        )
        return Actor(account.id, None, account.name, grants)

    def unit(self, name: str) -> UUID:
        with self.engine.connect() as db:
            statement = select(tables.units.c.id).where(tables.units.c.name == name)
            return UUID(str(db.execute(statement).scalar_one()))

    def account(self, name: str) -> UUID:
        with self.engine.connect() as db:
            statement = select(tables.accounts.c.id).where(tables.accounts.c.login == name)
            return UUID(str(db.execute(statement).scalar_one()))


def people_it(engine: Engine) -> None:
    """Migrate, found, and give the county (and a neighbour) its units, people and grants."""
    migrate.upgrade(engine)
    vault = Vault(KEYS)
    made = NOW - timedelta(days=400)
    with transaction(engine) as db:
        founding.found(db, vault, made, kind="sample")
    with transaction(engine) as db:
        act = Act(db, SYSTEM, made, reference.load(db), vault)
        units.add_division(
            act,
            code=OTHER_COUNTY,
            name="邻区（样例）",
            level="county",
            parent="4305",
            valid_from=date(2021, 1, 1),
        )
        journal.seal(act)
    with transaction(engine) as db:
        act = Act(db, SYSTEM, made, reference.load(db), vault)
        _people(act)
        journal.seal(act)


def _people(act: Act) -> None:
    founded = date(2021, 1, 1)
    bureau = units.add_unit(
        act,
        name="生态环境局北塔分局（样例）",
        division=COUNTY,
        parent_id=None,
        number_prefix="北环",
        valid_from=founded,
    )
    other = units.add_unit(
        act,
        name="邻区分局（样例）",
        division=OTHER_COUNTY,
        parent_id=None,
        number_prefix="邻环",
        valid_from=founded,
    )
    elsewhere = {
        name: units.add_unit(
            act, name=name, division=division, parent_id=None, number_prefix=prefix, valid_from=founded
        )
        for name, division, prefix in (
            (TOWN_HALL, TOWN, None),
            (HOUSING, COUNTY, None),
            (OFFICE, COUNTY, "北整"),
        )
    }
    act.law = reference.load(act.db)
    secret = QUICK.hash(PASSWORD)
    for name, (role, division) in ROLES.items():
        unit = elsewhere.get(UNIT_OF.get(name, "")) or (other if division == OTHER_COUNTY else bureau)
        account = accounts.create(act, login=name, name=f"样例{name}", unit_id=unit, password_hash=secret)
        accounts.give(act, GrantDraft(account, role, division, unit_id=unit))
        if role is Role.INSPECTOR:
            officers.add(act, _officer(name, account, unit, division))
    enterprise = act.new_id()
    act.db.execute(
        insert(enterprises).values(
            id=enterprise, name="样例企业", uscc=None, uscc_verified=False, created_at=act.now
        )
    )
    account = accounts.create(
        act, login="enterprise", name="样例enterprise", unit_id=None, password_hash=secret
    )
    accounts.give(act, GrantDraft(account, Role.ENTERPRISE, COUNTY, enterprise_id=enterprise))


def _officer(name: str, account: UUID, unit: UUID, division: str) -> OfficerDraft:
    return OfficerDraft(
        name=f"样例{name}",
        unit_id=unit,
        certificate_no=f"样例证{name}",
        agency="邵阳市司法局（样例）",
        area=division[:6],
        valid_from=date(2024, 1, 1),
        valid_to=date(2027, 12, 31),
        account_id=account,
    )


def case_draft(**changed: Any) -> CaseDraft:
    """A case on the spot in 陈家桥镇; any field can be changed."""
    values: dict[str, Any] = {
        "id": uuid7(NOW),
        "channel": Channel.SELF_CHECK,
        "track": Track.REPORT,
        "title": "砖厂烟囱旁铁烟道冒黑烟",
        "working_text": "下午三点后矮烟道冒黄黑烟，晾晒衣物落灰。",
        "categories": ("大气/烟粉尘",),
        "place": Place(TOWN, "青萍村窑尾"),
        "received_at": NOW - timedelta(hours=1),
    }
    return CaseDraft(**(values | changed))


def complaint_draft(**changed: Any) -> ComplaintDraft:
    """A named complaint from 12345; ``case`` fields go into ``case=``."""
    case = changed.pop("case", None) or case_draft(channel=Channel.HOTLINE_12345)
    values: dict[str, Any] = {
        "case": case,
        "words": "我是青萍村的孙样丙，电话13800000202，砖厂天天冒黑烟。",
        "confidentiality": Confidentiality.CONFIDENTIAL,
        "reporter": Reporter("孙样丙", "13800000202"),
        "external_number": f"样例12345-{uuid7(NOW).hex[-10:]}",
    }
    return ComplaintDraft(**(values | changed))
