"""Ledgers 清单 of rectification, their items 整改问题 (each one a case), and the tasks 整改任务 of an item."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from models.domain.rectification.words import Level, Origin, PlaceKind, Progress, Stage
from models.tables.base import DIVISION, JSON_ANY, Instant, TextEnum, metadata, uuid_column

ledgers = Table(
    "ledger",
    metadata,
    uuid_column("id", primary_key=True),
    Column("title", String(120), nullable=False),
    Column("origin", TextEnum(Origin), nullable=False),
    Column("level", TextEnum(Level), nullable=False),  # who approves: the proposal for its items
    Column("batch", String(80)),  # 轮次、批次, e.g. 督察“回头看” 信访交办件
    Column("year", Integer, nullable=False),
    Column("document", String(200)),  # 交办文件: title and number
    Column("division_code", DIVISION, ForeignKey("division.code"), nullable=False),
    Column("read_only", Boolean, nullable=False, server_default=text("false")),  # a published batch
    Column("published_count", Integer),  # problems, as published; such a ledger has no items of ours
    Column("outcome", String(120)),  # as published
    Column("version", Integer, nullable=False, server_default="1"),
    Column("created_at", Instant, nullable=False),
    uuid_column("created_by", ForeignKey("account.id")),
    Index("ix_ledger_division_code_year", "division_code", "year"),
)

items = Table(
    "ledger_item",
    metadata,
    uuid_column("case_id", ForeignKey("case_file.id"), primary_key=True),
    uuid_column("ledger_id", ForeignKey("ledger.id"), nullable=False),
    Column("problem_no", String(40), nullable=False),  # 问题编号: the same in every round
    Column("round", Integer, nullable=False),
    uuid_column("follows_id", ForeignKey("case_file.id")),  # the round before, when it relapsed
    Column("level", TextEnum(Level), nullable=False),
    Column("problem_type", String(40)),  # which acceptance standard 验收标准 applies
    Column("listed_on", Date, nullable=False),  # 交办日期
    Column("stage", TextEnum(Stage)),
    Column("goal", Text),  # 整改目标
    Column("measures", Text),  # 整改措施
    Column("checklist", JSON_ANY, nullable=False),  # 销号标准: [{"text", "met", "note"}]
    Column("due_on", Date),  # 整改时限
    Column("first_due_on", Date),  # as the ledger set it, or the first plan; before any extension
    Column("responsible_person", String(80)),  # 责任人
    Column("contact_leader", String(80)),  # 联系领导
    Column("progress", TextEnum(Progress), nullable=False),
    Column("percent", Integer, nullable=False, server_default="0"),
    Column("finished_on", Date),  # 整改完成
    Column("written_off_on", Date),
    Column("accountability", Boolean, nullable=False, server_default=text("false")),  # 责任追究
    Column("place_kind", TextEnum(PlaceKind), nullable=False),
    Column("line", JSON_ANY, nullable=False),  # [[lon, lat], …] WGS-84 degrees, of a line or an area's ring
    Column("k_from_m", Integer),  # 桩号 K0+200 = 200 m
    Column("k_to_m", Integer),
    Column("size", Double),  # metres of a line, square metres of an area
    UniqueConstraint("ledger_id", "problem_no", "round"),
    Index("ix_ledger_item_follows_id", "follows_id"),
)

tasks = Table(
    "rectification_task",
    metadata,
    uuid_column("id", primary_key=True),
    uuid_column("case_id", ForeignKey("case_file.id"), nullable=False),
    Column("no", Integer, nullable=False),
    Column("text", Text, nullable=False),
    uuid_column("unit_id", ForeignKey("unit.id"), nullable=False),
    Column("person", String(80)),
    Column("due_on", Date, nullable=False),
    Column("done_on", Date),
    Column("note", Text),
    UniqueConstraint("case_id", "no"),
)
