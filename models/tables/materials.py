"""
The file of an item 一事一档: photo stations 机位 and materials 材料, and the bureau's own standards 验收标准.

The bytes of a material lie in the store under their digest.
"""

from sqlalchemy import (
    Column,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from models.domain.acceptance.materials import MaterialKind
from models.tables.base import JSON_ANY, Instant, TextEnum, metadata, uuid_column

stations = Table(
    "photo_station",
    metadata,
    uuid_column("id", primary_key=True),
    uuid_column("case_id", ForeignKey("case_file.id"), nullable=False),
    Column("no", Integer, nullable=False),
    Column("text", String(200), nullable=False),
    Column("lon", Double),  # WGS-84 degrees
    Column("lat", Double),
    Column("datum", String(10)),
    Column("given_lon", Double),  # as sent, in ``datum``
    Column("given_lat", Double),
    Column("heading", Integer),  # degrees clockwise from north, 0 to 359
    Column("k_station_m", Integer),  # 桩号 K0+200 = 200 m
    Column("created_at", Instant, nullable=False),
    uuid_column("created_by", ForeignKey("account.id")),
    UniqueConstraint("case_id", "no"),
)

materials = Table(
    "material",
    metadata,
    uuid_column("id", primary_key=True),  # made by the client
    uuid_column("case_id", ForeignKey("case_file.id"), nullable=False),
    Column("round", Integer, nullable=False),
    Column("kind", TextEnum(MaterialKind), nullable=False),
    Column("title", String(120), nullable=False),
    Column("facts", JSON_ANY, nullable=False),  # what is declared of it, by kind
    Column("file_name", String(200), nullable=False),  # as it was called; never part of a key of the store
    Column("sha256", LargeBinary, nullable=False),  # as promised, 32 bytes
    Column("size", Integer, nullable=False),  # as promised, bytes
    Column("sm3", LargeBinary),  # this and the next two: once the file has arrived
    Column("media_type", String(100)),
    Column("arrived_at", Instant),
    uuid_column("unit_id", ForeignKey("unit.id")),  # for which unit it was added
    uuid_column("uploaded_by", ForeignKey("account.id"), nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("voided_at", Instant),
    uuid_column("voided_by", ForeignKey("account.id")),
    Column("void_reason", String(200)),
    Index("ix_material_case_id", "case_id"),
    Index("ix_material_sha256", "sha256"),
)

standards = Table(
    "acceptance_standard",
    metadata,
    uuid_column("id", primary_key=True),
    Column("type", String(40), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("text", Text, nullable=False),  # one ``[[standard]]`` of TOML, as the bureau wrote it
    Column("created_at", Instant, nullable=False),
    uuid_column("created_by", ForeignKey("account.id")),
    UniqueConstraint("type", "valid_from"),
)
