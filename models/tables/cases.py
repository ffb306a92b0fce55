"""Cases 案件 with their points 问题点, assignments, steps and the parts of units."""

from sqlalchemy import (
    Boolean,
    Column,
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

from models.domain.complaints import Channel, Track, Verdict
from models.domain.states import Action, Kind, State
from models.tables.base import DIVISION, JSON_ANY, Instant, TextEnum, metadata, uuid_column

cases = Table(
    "case_file",
    metadata,
    uuid_column("id", primary_key=True),
    Column("number", String(60), nullable=False, unique=True),
    Column("kind", TextEnum(Kind), nullable=False),
    Column("state", TextEnum(State), nullable=False),
    Column("round", Integer, nullable=False, server_default="1"),
    Column("version", Integer, nullable=False, server_default="1"),
    Column("channel", TextEnum(Channel), nullable=False),
    Column("track", TextEnum(Track), nullable=False),
    Column("title", String(120), nullable=False),
    Column("working_text", Text, nullable=False),  # 工作文本: what is listed, searched, exported
    Column("categories", JSON_ANY, nullable=False),
    Column("county", DIVISION, nullable=False),
    Column("division_code", DIVISION, ForeignKey("division.code"), nullable=False),
    Column("place_text", String(300), nullable=False),
    Column("lon", Double),  # WGS-84 degrees
    Column("lat", Double),
    Column("datum", String(10)),
    Column("given_lon", Double),  # as sent, in ``datum``
    Column("given_lat", Double),
    uuid_column("site_id", ForeignKey("site.id")),
    Column("urgent", Boolean, nullable=False, server_default=text("false")),
    Column("verdict", TextEnum(Verdict)),
    Column("conclusion", Text),  # 办理意见
    Column("received_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    uuid_column("created_by", ForeignKey("account.id")),
    Column("changed_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),  # of the nearest running clock; far future when none
    Column("due_rule", String(40)),
    uuid_column("lead_handler_id", ForeignKey("account.id")),
    Column("unproven", Boolean, nullable=False, server_default=text("false")),  # 未验证: its own queue
    Column("message_waiting", Boolean, nullable=False, server_default=text("false")),  # the reporter wrote
    Index("ix_case_file_state_due_at_id", "state", "due_at", "id"),
    Index("ix_case_file_county_due_at_id", "county", "due_at", "id"),
    Index("ix_case_file_county_state_due_at_id", "county", "state", "due_at", "id"),
    Index("ix_case_file_county_changed_at", "county", "changed_at"),
    Index("ix_case_file_created_by", "created_by"),
    Index("ix_case_file_site_id", "site_id"),
)

categories = Table(
    "case_category",
    metadata,
    uuid_column("case_id", ForeignKey("case_file.id"), primary_key=True),
    Column("category", String(40), primary_key=True),
    Index("ix_case_category_category_case_id", "category", "case_id"),
)

points = Table(
    "point",
    metadata,
    uuid_column("id", primary_key=True),
    uuid_column("case_id", ForeignKey("case_file.id"), nullable=False),
    Column("no", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("verdict", TextEnum(Verdict)),
    Column("finding", Text),
    Column("measure", String(20)),
    Column("visited_at", Instant),
    UniqueConstraint("case_id", "no"),
)

assignments = Table(
    "assignment",
    metadata,
    uuid_column("id", primary_key=True),
    uuid_column("case_id", ForeignKey("case_file.id"), nullable=False),
    uuid_column("account_id", ForeignKey("account.id"), nullable=False),
    Column("lead", Boolean, nullable=False),
    Column("since", Instant, nullable=False),
    Column("ended_at", Instant),
    uuid_column("by", ForeignKey("account.id")),
    Index("ix_assignment_case_id", "case_id"),
    Index("ix_assignment_account_id_ended_at", "account_id", "ended_at", "case_id"),
)

steps = Table(
    "step",
    metadata,
    uuid_column("id", primary_key=True),
    uuid_column("case_id", ForeignKey("case_file.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("action", TextEnum(Action), nullable=False),
    Column("source", TextEnum(State), nullable=False),
    Column("target", TextEnum(State), nullable=False),
    Column("round", Integer, nullable=False),
    Column("at", Instant, nullable=False),
    uuid_column("by", ForeignKey("account.id")),
    Column("role", String(20)),
    uuid_column("principal_id", ForeignKey("account.id")),  # 受委托: on whose behalf
    Column("inputs", JSON_ANY, nullable=False),
    UniqueConstraint("case_id", "seq"),
)

case_units = Table(
    "case_unit",
    metadata,
    uuid_column("case_id", ForeignKey("case_file.id"), primary_key=True),
    uuid_column("unit_id", ForeignKey("unit.id"), primary_key=True),
    Column("part", String(20), primary_key=True),  # responsible | lead | joint
    Column("since", Instant, nullable=False),
    Index("ix_case_unit_unit_id_case_id", "unit_id", "case_id"),
)

last_looks = Table(
    "last_look",
    metadata,
    uuid_column("account_id", ForeignKey("account.id"), primary_key=True),
    Column("queue", String(40), primary_key=True),
    Column("at", Instant, nullable=False),
)
