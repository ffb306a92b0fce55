"""Months of reporting 月度调度, the report on each item, the frozen snapshot 快照 and its corrections 更正."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from models.domain.rectification.periods import CorrectionState, PeriodState
from models.domain.rectification.words import Progress
from models.tables.base import DIVISION, JSON_ANY, Instant, TextEnum, metadata, uuid_column

periods = Table(
    "period",
    metadata,
    uuid_column("id", primary_key=True),
    Column("month", String(7), nullable=False),  # YYYY-MM
    Column("division_code", DIVISION, ForeignKey("division.code"), nullable=False),
    Column("opens_at", Instant, nullable=False),
    Column("cut_off_at", Instant, nullable=False),
    Column("tolerance", Integer, nullable=False),  # percent points below the line that are not yet 滞后
    Column("state", TextEnum(PeriodState), nullable=False),
    Column("opened_at", Instant, nullable=False),
    uuid_column("opened_by", ForeignKey("account.id"), nullable=False),
    Column("frozen_at", Instant),
    uuid_column("frozen_by", ForeignKey("account.id")),
    Column("freeze_reason", String(200)),  # why before the cut-off
    Column("as_of", Instant),  # the instant whose facts were frozen
    Column("snapshot_hash", String(64)),  # SHA-256 over the hashes of all rows, hex
    Column("version", Integer, nullable=False, server_default="1"),
    UniqueConstraint("division_code", "month"),
)

entries = Table(
    "period_entry",
    metadata,
    uuid_column("period_id", ForeignKey("period.id"), primary_key=True),
    uuid_column("case_id", ForeignKey("case_file.id"), primary_key=True),
    Column("this_month", Text),  # 本月进展
    Column("percent", Integer, nullable=False),  # 累计进展
    Column("invested_yuan", BigInteger, nullable=False),  # 累计投入资金, whole 元
    Column("difficulties", Text),  # 存在困难
    Column("next_steps", Text),  # 下步打算
    Column("expected_on", Date),  # 预计完成
    Column("progress", TextEnum(Progress)),  # as reported; null: computed
    Column("no_change", Boolean, nullable=False, server_default=text("false")),
    Column("no_change_reason", Text),
    uuid_column("filled_by", ForeignKey("account.id"), nullable=False),
    Column("filled_at", Instant, nullable=False),
    uuid_column("reviewed_by", ForeignKey("account.id")),
    Column("reviewed_at", Instant),
    Column("returned_note", Text),  # set: sent back to the filler
    Column("version", Integer, nullable=False, server_default="1"),
    Index("ix_period_entry_case_id", "case_id"),
)

snapshot_rows = Table(
    "snapshot_row",
    metadata,
    uuid_column("period_id", ForeignKey("period.id"), primary_key=True),
    uuid_column("case_id", ForeignKey("case_file.id"), primary_key=True),
    Column("content", Text, nullable=False),  # canonical JSON exactly as hashed
    Column("hash", String(64), nullable=False),  # SHA-256 of it, hex
    Index("ix_snapshot_row_case_id", "case_id"),
)

corrections = Table(
    "period_correction",
    metadata,
    uuid_column("id", primary_key=True),
    uuid_column("period_id", ForeignKey("period.id"), nullable=False),
    Column("no", Integer, nullable=False),  # 更正第 n 号 of the period
    uuid_column("case_id", ForeignKey("case_file.id"), nullable=False),
    Column("field", String(20), nullable=False),
    Column("before", JSON_ANY),  # as the corrections before it left it
    Column("after", JSON_ANY),
    Column("reason", Text, nullable=False),
    Column("state", TextEnum(CorrectionState), nullable=False),
    uuid_column("by", ForeignKey("account.id"), nullable=False),
    Column("at", Instant, nullable=False),
    uuid_column("decided_by", ForeignKey("account.id")),
    Column("decided_at", Instant),
    Column("decision_note", Text),
    Column("version", Integer, nullable=False, server_default="1"),
    UniqueConstraint("period_id", "no"),
    Index("ix_period_correction_case_id", "case_id"),
)
