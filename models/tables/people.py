"""Divisions 区划, units 单位, accounts 账号, grants 授权, officers 执法人员, sessions 登录."""

from sqlalchemy import Boolean, Column, Date, ForeignKey, Index, Integer, LargeBinary, String, Table, text

from models.domain.access import Role
from models.tables.base import DIVISION, JSON_ANY, Instant, TextEnum, metadata, uuid_column

divisions = Table(
    "division",
    metadata,
    Column("code", DIVISION, primary_key=True),
    Column("name", String(80), nullable=False),
    Column("level", String(12), nullable=False),
    Column("parent", DIVISION, ForeignKey("division.code")),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("successor", DIVISION, ForeignKey("division.code")),
)

units = Table(
    "unit",
    metadata,
    uuid_column("id", primary_key=True),
    Column("name", String(120), nullable=False),
    Column("number_prefix", String(20)),  # 发文代字, on units that issue case numbers
    uuid_column("parent_id", ForeignKey("unit.id")),
    Column("division_code", DIVISION, ForeignKey("division.code"), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("version", Integer, nullable=False, server_default="1"),
    Index("uq_unit_number_prefix", "number_prefix", unique=True),
)

accounts = Table(
    "account",
    metadata,
    uuid_column("id", primary_key=True),
    Column("login", String(64), nullable=False, unique=True),
    Column("name", String(80), nullable=False),
    Column("password_hash", String(200), nullable=False),
    uuid_column("unit_id", ForeignKey("unit.id")),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("created_at", Instant, nullable=False),
    Column("left_at", Instant),
    Column("version", Integer, nullable=False, server_default="1"),
)

grants = Table(
    "account_grant",
    metadata,
    uuid_column("id", primary_key=True),
    uuid_column("account_id", ForeignKey("account.id"), nullable=False),
    Column("role", TextEnum(Role), nullable=False),
    uuid_column("unit_id", ForeignKey("unit.id")),
    Column("division_code", DIVISION, ForeignKey("division.code"), nullable=False),
    uuid_column("enterprise_id", ForeignKey("enterprise.id")),
    uuid_column("principal_id", ForeignKey("account.id")),  # set: a deputy 代理 for this person
    Column("actions", JSON_ANY),  # null: every step of the role
    Column("valid_from", Instant, nullable=False),
    Column("valid_to", Instant),
    uuid_column("given_by", ForeignKey("account.id")),
    Index("ix_account_grant_account_id", "account_id"),
    Index("ix_account_grant_role_division_code", "role", "division_code"),
)

officers = Table(
    "officer",
    metadata,
    uuid_column("id", primary_key=True),
    uuid_column("account_id", ForeignKey("account.id"), unique=True),
    Column("name", String(80), nullable=False),
    uuid_column("unit_id", ForeignKey("unit.id"), nullable=False),
    Column("certificate_no", String(40), nullable=False, unique=True),  # 行政执法证号
    Column("agency", String(120), nullable=False),  # 发证机关
    Column("area", DIVISION, ForeignKey("division.code"), nullable=False),  # 执法区域
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
)

sessions = Table(
    "login_session",
    metadata,
    uuid_column("id", primary_key=True),
    uuid_column("account_id", ForeignKey("account.id"), nullable=False),
    Column("device", String(80), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("used_generation", Integer, nullable=False, server_default="0"),
    Column("used_at", Instant),
    Column("ended_at", Instant),
    Column("ended_why", String(40)),
    Index("ix_login_session_account_id", "account_id"),
)

tokens = Table(
    "token",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    uuid_column("session_id", ForeignKey("login_session.id"), nullable=False),
    Column("kind", String(8), nullable=False),  # access | refresh
    Column("generation", Integer, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index("ix_token_session_id", "session_id"),
    Index("ix_token_expires_at", "expires_at"),
)

login_delays = Table(
    "login_delay",
    metadata,
    Column("key", LargeBinary(32), primary_key=True),  # HMAC of name and network, daily key
    Column("failures", Integer, nullable=False),
    Column("until", Instant, nullable=False),
)
