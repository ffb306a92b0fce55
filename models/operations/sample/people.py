"""Who works in the sample county 北塔区（样例）: units, accounts named after their roles, officers; all invented."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from models.domain.access import ROLE_TITLES, Actor, Grant, Role
from models.operations.act import Act
from models.operations.law import reference
from models.operations.people import accounts, officers, units
from models.operations.people.accounts import GrantDraft
from models.operations.people.officers import OfficerDraft

COUNTY: Final = "430511"
TOWN: Final = "430511101"
SINCE: Final = date(2021, 1, 1)
BUREAU: Final = "市生态环境局北塔分局（样例）"
PREFIX: Final = "北环"
CERTIFICATES: Final = (date(2024, 7, 1), date(2029, 6, 30))
"""From and to of the sample certificates 行政执法证."""

UNITS: Final = (
    # name, division, the unit above, number prefix 发文代字
    (BUREAU, COUNTY, None, PREFIX),
    ("综合股（样例）", COUNTY, BUREAU, None),
    ("执法一中队（样例）", COUNTY, BUREAU, None),
    ("执法二中队（样例）", COUNTY, BUREAU, None),
    ("区整改办（样例）", COUNTY, None, "北整"),
    ("区住建局（样例）", COUNTY, None, None),
    ("区城管执法局（样例）", COUNTY, None, None),
    ("区农业农村水利局（样例）", COUNTY, None, None),
    ("区发改局（样例）", COUNTY, None, None),
    ("陈家桥镇人民政府（样例）", TOWN, None, None),
    ("新滩镇街道办事处（样例）", "430511001", None, None),
    ("状元洲街道办事处（样例）", "430511002", None, None),
    ("田江街道办事处（样例）", "430511003", None, None),
    ("茶元头街道办事处（样例）", "430511004", None, None),
)


@dataclass(frozen=True, slots=True)
class Person:
    """One sample account."""

    login: str
    name: str
    role: Role
    unit: str | None
    division: str = COUNTY

    @property
    def title(self) -> str:
        return ROLE_TITLES[self.role]


PEOPLE: Final = (
    Person("clerk", "样例张某", Role.CLERK, "综合股（样例）"),
    Person("inspector", "样例李某", Role.INSPECTOR, "执法一中队（样例）"),
    Person("inspector2", "样例王某", Role.INSPECTOR, "执法二中队（样例）"),
    Person("warden", "样例赵某", Role.WARDEN, "陈家桥镇人民政府（样例）", TOWN),
    Person("liaison", "样例孙某", Role.LIAISON, "陈家桥镇人民政府（样例）", TOWN),
    Person("liaison2", "样例杨某", Role.LIAISON, "田江街道办事处（样例）", "430511003"),
    Person("verifier", "样例周某", Role.VERIFIER, "区住建局（样例）"),
    Person("verifier2", "样例沈某", Role.VERIFIER, "区住建局（样例）"),
    Person("office", "样例吴某", Role.OFFICE, "区整改办（样例）"),
    Person("office2", "样例韩某", Role.OFFICE, "区整改办（样例）"),
    Person("supervisor", "样例郑某", Role.SUPERVISOR, BUREAU),
    Person("deputy_head", "样例冯某", Role.DEPUTY_HEAD, BUREAU),
    Person("enterprise", "样例陈某", Role.ENTERPRISE, None),
    Person("admin", "样例褚某", Role.ADMIN, BUREAU),
    Person("security", "样例卫某", Role.SECURITY_ADMIN, BUREAU),
    Person("auditor", "样例蒋某", Role.AUDIT_ADMIN, BUREAU),
)


def settle(act: Act, hashes: Mapping[str, str], *, enterprise_id: UUID) -> dict[str, Actor]:
    """
    Make units, accounts and officers; gives the actor behind each login name.

    ``hashes``: the password hash of each login of ``PEOPLE``. ``act.law`` is the new one afterwards.
    """
    known: dict[str, UUID] = {}
    for name, division, above, prefix in UNITS:
        known[name] = units.add_unit(
            act,
            name=name,
            division=division,
            parent_id=known[above] if above else None,
            number_prefix=prefix,
            valid_from=SINCE,
        )
    act.law = reference.load(act.db)
    return {one.login: _person(act, one, hashes[one.login], known, enterprise_id) for one in PEOPLE}


def _person(
    act: Act, one: Person, password_hash: str, known: Mapping[str, UUID], enterprise_id: UUID
) -> Actor:
    unit_id = known[one.unit] if one.unit else None
    account_id = accounts.create(
        act, login=one.login, name=one.name, unit_id=unit_id, password_hash=password_hash
    )
    own = enterprise_id if one.role is Role.ENTERPRISE else None
    draft = GrantDraft(account_id, one.role, one.division, unit_id=unit_id, enterprise_id=own)
    grant_id = accounts.give(act, draft)
    if one.role is Role.INSPECTOR and unit_id is not None:
        officers.add(act, _officer(one, account_id, unit_id))
    held = Grant(
        id=grant_id,
        role=one.role,
        unit_id=unit_id,
        division=one.division,
        areas=act.law.areas(one.division),
        enterprise_id=own,
    )
    return Actor(account_id, None, one.name, (held,))


def _officer(one: Person, account_id: UUID, unit_id: UUID) -> OfficerDraft:
    valid_from, valid_to = CERTIFICATES
    return OfficerDraft(
        name=one.name,
        unit_id=unit_id,
        certificate_no=f"样例证-{one.login}",
        agency="邵阳市司法局（样例）",
        area=COUNTY,
        valid_from=valid_from,
        valid_to=valid_to,
        account_id=account_id,
    )
