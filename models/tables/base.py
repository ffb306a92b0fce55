"""
Column types and naming for every table; no behaviour.

Instants are stored UTC to the millisecond: ``timestamptz(3)`` on PostgreSQL, fixed-width ISO text on SQLite
(sortable, readable in a dump). They come back in +08:00, the offset they are sent with.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import CHAR, JSON, Column, Dialect, MetaData, Row, String, TypeDecorator, Uuid
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.types import TypeEngine

AnyRow: TypeAlias = Row[*tuple[Any, ...]]
"""A row of whatever columns were asked for, read by name."""

CN: Final = timezone(timedelta(hours=8))

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An aware datetime; naive ones are refused."""

    impl = String(24)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True, precision=3))
        return dialect.type_descriptor(CHAR(24))

    def bind_processor(self, dialect: Dialect) -> Any:
        return _to_postgresql if dialect.name == "postgresql" else _to_text

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        return _from_postgresql if dialect.name == "postgresql" else _from_text


class TextEnum(TypeDecorator[StrEnum]):
    """An enum stored by value as plain text, never as a database type."""

    impl = String(40)
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def bind_processor(self, dialect: Dialect) -> Any:
        kind = self.kind
        return lambda value: None if value is None else kind(value).value

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        members: dict[str | None, StrEnum | None] = {member.value: member for member in self.kind}
        return (members | {None: None}).__getitem__


# Processors are plain functions and not the decorator's hooks: they run for every cell of every page.


def _to_postgresql(value: datetime | None) -> datetime | None:
    return None if value is None else _aware(value).replace(microsecond=value.microsecond // 1000 * 1000)


def _to_text(value: datetime | None) -> str | None:
    if value is None:
        return None
    return _aware(value).astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def _aware(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("naive datetime")
    return value


def _from_postgresql(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(CN)


def _from_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).astimezone(CN)


DIVISION: Final = String(12).with_variant(String(12, collation="C"), "postgresql")
"""A division code cut by level (``430511001``); bytewise order, so that a prefix is a range."""

JSON_ANY: Final = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def uuid_column(name: str, *args: Any, **options: Any) -> Column[UUID]:
    """A UUID column: native on PostgreSQL, 32 hex digits on SQLite."""
    return Column(name, Uuid(as_uuid=True), *args, **options)
