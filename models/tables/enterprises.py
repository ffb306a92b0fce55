"""Enterprises 企业 (legal persons) and sites 生产经营场所, in their minimal form."""

from sqlalchemy import Boolean, Column, Double, ForeignKey, Index, Integer, String, Table

from models.tables.base import DIVISION, Instant, metadata, uuid_column

enterprises = Table(
    "enterprise",
    metadata,
    uuid_column("id", primary_key=True),
    Column("name", String(200), nullable=False),
    Column("uscc", String(18), unique=True),  # 统一社会信用代码
    Column("uscc_verified", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
)

sites = Table(
    "site",
    metadata,
    uuid_column("id", primary_key=True),
    uuid_column("enterprise_id", ForeignKey("enterprise.id"), nullable=False),
    Column("name", String(200), nullable=False),
    Column("division_code", DIVISION, ForeignKey("division.code"), nullable=False),
    Column("address", String(300), nullable=False),
    Column("industry_code", String(8)),  # GB/T 4754, text: leading zeros
    Column("permit_number", String(40)),
    Column("status", String(12), nullable=False),
    Column("lon", Double),  # WGS-84 degrees
    Column("lat", Double),
    Column("datum", String(10)),
    Column("given_lon", Double),  # as sent, in ``datum``
    Column("given_lat", Double),
    Column("created_at", Instant, nullable=False),
    Column("version", Integer, nullable=False, server_default="1"),
    Index("ix_site_division_code", "division_code"),
    Index("ix_site_enterprise_id", "enterprise_id"),
)
