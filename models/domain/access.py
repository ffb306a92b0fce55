"""
Who may do what: roles 岗位, verbs, grants 授权 and the actor they make together.

Lifecycle steps name their roles in the table of transitions; everything else is a verb here.
Region is never decided here but by ``operations.scope``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID


class Role(StrEnum):
    """A post somebody holds in a unit and a division, for a time (``product.md`` §1)."""

    CLERK = "clerk"  # 受理员
    INSPECTOR = "inspector"  # 执法人员
    WARDEN = "warden"  # 风险监督员 / 网格员
    SUPERVISOR = "supervisor"  # 负责人
    DEPUTY_HEAD = "deputy_head"  # 分管负责人
    LIAISON = "liaison"  # 责任单位联络员
    VERIFIER = "verifier"  # 牵头部门核查
    OFFICE = "office"  # 整改办
    ENTERPRISE = "enterprise"  # 企业
    ADMIN = "admin"  # 系统管理员
    SECURITY_ADMIN = "security_admin"  # 安全管理员
    AUDIT_ADMIN = "audit_admin"  # 审计管理员
    PUBLIC = "public"  # 公众: who holds a query code; never granted to an account


ROLE_TITLES: Final[dict[Role, str]] = {
    Role.CLERK: "受理员",
    Role.INSPECTOR: "执法人员",
    Role.WARDEN: "风险监督员",
    Role.SUPERVISOR: "负责人",
    Role.DEPUTY_HEAD: "分管负责人",
    Role.LIAISON: "责任单位联络员",
    Role.VERIFIER: "牵头部门核查",
    Role.OFFICE: "整改办",
    Role.ENTERPRISE: "企业",
    Role.ADMIN: "系统管理员",
    Role.SECURITY_ADMIN: "安全管理员",
    Role.AUDIT_ADMIN: "审计管理员",
    Role.PUBLIC: "公众",
}

ADMIN_ROLES: Final = frozenset({Role.ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
"""三员: three grants that one person can neither combine nor give to himself."""

SUBTREE_ROLES: Final = frozenset({Role.CLERK, Role.INSPECTOR, Role.SUPERVISOR, Role.DEPUTY_HEAD, Role.OFFICE})
"""See every case in the division subtree of the grant."""

NEVER_DEPUTISED: Final = ADMIN_ROLES | {Role.ENTERPRISE, Role.PUBLIC}
"""Nobody acts as a deputy in these: administration is personal, an enterprise names its own people."""

UNIT_ROLES: Final = frozenset({Role.LIAISON, Role.VERIFIER})
"""See the cases in which their unit has a part, from that step on."""


class Verb(StrEnum):
    """What can be done outside the lifecycle."""

    OWN = "own"  # what every signed-in person may: /me, own inbox
    CASE_READ = "case.read"
    CASE_LOG = "case.log"
    CASE_STEP = "case.step"
    CASE_REASSIGN = "case.reassign"
    COMPLAINT_READ = "complaint.read"
    COMPLAINT_REGISTER = "complaint.register"
    COMPLAINT_CONTACT = "complaint.contact"
    IDENTITY_VIEW = "identity.view"
    IDENTITY_REVIEW = "identity.review"  # who looked, and why
    IDENTITY_ERASE = "identity.erase"
    DEADLINE_READ = "deadline.read"
    DEADLINE_MOVE = "deadline.move"
    REFERENCE_READ = "reference.read"
    REFERENCE_ADMIN = "reference.admin"
    PHRASE_WRITE = "phrase.write"
    LEDGER_READ = "ledger.read"
    LEDGER_KEEP = "ledger.keep"  # make ledgers and items, import, open and freeze periods
    MATERIAL_WRITE = "material.write"  # add to the file of an item 一事一档
    PROGRESS_WRITE = "progress.write"  # report a month's progress, mark tasks done
    PROGRESS_REVIEW = "progress.review"  # accept a month's report, or send it back
    CORRECTION_DECIDE = "correction.decide"  # approve a correction of a frozen month
    CHANNEL_ADMIN = "channel.admin"  # the ways reminders leave the house
    PUBLICATION_PREPARE = "publication.prepare"  # draft, read, drop
    OBJECTION_VIEW = "objection.view"  # open what an objection says, and who sent it
    PUBLICATION_DECIDE = "publication.decide"  # approve, retract, answer objections
    SITE_READ = "site.read"
    SITE_WRITE = "site.write"
    PEOPLE_READ = "people.read"
    ACCOUNT_ADMIN = "account.admin"  # make accounts, units, officers
    ACCOUNT_KEEP = (
        "account.keep"  # change, new password, leave; administrators only by the security administrator
    )
    HAND_OVER_READ = "hand_over.read"
    DEPUTY_SET = "deputy.set"
    GRANT_ADMIN = "grant.admin"
    SESSION_ADMIN = "session.admin"
    WORK_READ = "work.read"
    JOURNAL_READ = "journal.read"


IDENTITY_VERBS: Final = frozenset(
    {Verb.IDENTITY_VIEW, Verb.IDENTITY_REVIEW, Verb.IDENTITY_ERASE, Verb.OBJECTION_VIEW}
)
"""Whoever reaches for one of these without holding it is put down in the journal."""

_DESK = {
    Verb.CASE_READ,
    Verb.CASE_STEP,
    Verb.DEADLINE_READ,
    Verb.LEDGER_READ,
    Verb.SITE_READ,
    Verb.PEOPLE_READ,
}
_FOR_NAMED_STEPS = frozenset(_DESK | {Verb.COMPLAINT_READ, Verb.REFERENCE_READ})
_LEAD = _DESK | {
    Verb.CASE_LOG,
    Verb.CASE_REASSIGN,
    Verb.COMPLAINT_READ,
    Verb.CORRECTION_DECIDE,
    *IDENTITY_VERBS,
    Verb.DEADLINE_MOVE,
    Verb.PHRASE_WRITE,
    Verb.PUBLICATION_PREPARE,
    Verb.OBJECTION_VIEW,
    Verb.PUBLICATION_DECIDE,
    Verb.SITE_WRITE,
    Verb.WORK_READ,
    Verb.HAND_OVER_READ,
    Verb.DEPUTY_SET,
    Verb.SESSION_ADMIN,
}
_UNIT_DESK = {Verb.CASE_READ, Verb.CASE_STEP, Verb.DEADLINE_READ, Verb.LEDGER_READ, Verb.MATERIAL_WRITE}
_EVERYONE = {Verb.OWN, Verb.REFERENCE_READ}

GRANTS: Final[dict[Role, frozenset[Verb]]] = {
    role: frozenset(verbs | _EVERYONE)
    for role, verbs in {
        Role.CLERK: _DESK
        | {
            Verb.CASE_LOG,
            Verb.COMPLAINT_READ,
            Verb.COMPLAINT_REGISTER,
            Verb.COMPLAINT_CONTACT,
            Verb.IDENTITY_VIEW,
            Verb.OBJECTION_VIEW,
            Verb.PHRASE_WRITE,
            Verb.PUBLICATION_PREPARE,
            Verb.SITE_WRITE,
        },
        Role.INSPECTOR: _DESK | {Verb.CASE_LOG, Verb.MATERIAL_WRITE, Verb.SITE_WRITE},
        Role.WARDEN: {Verb.CASE_READ, Verb.CASE_LOG, Verb.CASE_STEP, Verb.SITE_READ},
        Role.SUPERVISOR: _LEAD,
        Role.DEPUTY_HEAD: _LEAD,
        Role.LIAISON: _UNIT_DESK | {Verb.PROGRESS_WRITE},
        Role.VERIFIER: _UNIT_DESK | {Verb.PROGRESS_REVIEW},
        Role.OFFICE: _DESK
        | {
            Verb.DEADLINE_MOVE,
            Verb.LEDGER_KEEP,
            Verb.MATERIAL_WRITE,
            Verb.PROGRESS_WRITE,
            Verb.PROGRESS_REVIEW,
            Verb.CORRECTION_DECIDE,
            Verb.OBJECTION_VIEW,
            Verb.PHRASE_WRITE,
            Verb.PUBLICATION_PREPARE,
            Verb.PUBLICATION_DECIDE,
            Verb.WORK_READ,
        },
        Role.ENTERPRISE: {Verb.SITE_READ},
        Role.ADMIN: {
            Verb.ACCOUNT_ADMIN,
            Verb.ACCOUNT_KEEP,
            Verb.CHANNEL_ADMIN,
            Verb.GRANT_ADMIN,
            Verb.HAND_OVER_READ,
            Verb.SESSION_ADMIN,
            Verb.PEOPLE_READ,
            Verb.REFERENCE_ADMIN,
            Verb.WORK_READ,
        },
        Role.SECURITY_ADMIN: {
            Verb.ACCOUNT_KEEP,
            Verb.GRANT_ADMIN,
            Verb.HAND_OVER_READ,
            Verb.SESSION_ADMIN,
            Verb.PEOPLE_READ,
        },
        Role.AUDIT_ADMIN: {Verb.JOURNAL_READ, Verb.PEOPLE_READ},
        Role.PUBLIC: set(),
    }.items()
}


def appointer_of(role: Role) -> Role:
    """
    Who gives and ends a role, so that no one person can raise himself or a puppet (三员分立).

    Business roles: the system administrator. The three administrations: the security administrator, who
    in turn cannot make accounts; the first one of an instance comes from the command line of the server.
    """
    return Role.SECURITY_ADMIN if role in ADMIN_ROLES else Role.ADMIN


@dataclass(frozen=True, slots=True)
class Grant:
    """
    One role held in one unit and division; ``areas`` are the division prefixes it reaches.

    ``principal_id`` is set when a deputy 代理人 acts for an absent person; ``actions`` then narrows the
    lifecycle steps he may take (``None``: all of the role).
    """

    id: UUID
    role: Role
    unit_id: UUID | None
    division: str
    areas: tuple[str, ...]
    principal_id: UUID | None = None
    actions: frozenset[str] | None = None
    enterprise_id: UUID | None = None

    def covers(self, division: str) -> bool:
        """Whether a division lies in the subtree of this grant."""
        return any(division.startswith(area) for area in self.areas)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an account with the grants that hold at this moment (the system has none)."""

    account_id: UUID | None
    session_id: UUID | None
    name: str
    grants: tuple[Grant, ...]

    def may(self, verb: Verb) -> bool:
        """
        Whether any grant carries the verb. One's own affairs need none; a deputy for named steps may read and
        step, but not look at identities or move people.
        """
        return verb is Verb.OWN or any(
            verb in GRANTS[grant.role] and (grant.actions is None or verb in _FOR_NAMED_STEPS)
            for grant in self.grants
        )

    def holding(self, roles: frozenset[Role], division: str) -> Iterator[Grant]:
        """The grants with one of these roles that reach the division."""
        return (
            grant
            for grant in self.grants
            if grant.role in roles and (grant.role not in SUBTREE_ROLES or grant.covers(division))
        )

    @property
    def chain(self) -> str:
        """The journal chain of acts without a subject of their own."""
        return self.grants[0].division[:6] if self.grants else "00"


SYSTEM: Final = Actor(account_id=None, session_id=None, name="系统", grants=())
"""The worker and the command line: what they do is journalled under this name."""
