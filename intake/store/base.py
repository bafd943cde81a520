"""What every table shares: names of constraints, aware times, ids, and how SQLite is opened."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Dialect, Engine, MetaData, Table, Uuid, event
from sqlalchemy.engine import Connection
from sqlalchemy.orm import DeclarativeBase, Session, registry
from sqlalchemy.types import TypeDecorator
from uuid_utils.compat import uuid7

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes in UTC on both databases; a naive one is a programming error."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={datetime: UtcDateTime(), UUID: Uuid()},
    )


db = SQLAlchemy(model_class=Base)


def new_id() -> UUID:
    """A UUIDv7: opaque enough for an address, ordered enough for an index."""
    return uuid7()


def write_new(session: Session) -> None:
    """Insert the rows that were added, in their order, neighbours of one table by one statement.

    The unit of work would do the same for about a fifth of a request's CPU time. The rows are plain values afterwards:
    what is changed on them later is not written.
    """
    rows = list(session.new)
    for row in rows:
        session.expunge(row)
    connection = session.connection()
    for (table, _), same in groupby(map(_given, rows), key=lambda given: (given[0], given[1].keys())):
        connection.execute(table.insert(), [values for _, values in same])


def _given(row: Any) -> tuple[Table, dict[str, Any]]:
    """The table and what was set, by column: the attributes of this store are named as their columns are."""
    table = row.__table__
    return table, {name: value for name, value in row.__dict__.items() if name in table.c}


_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # an answered request survives a power cut (trust I-01)
    "foreign_keys=ON",
    "secure_delete=ON",
    "trusted_schema=OFF",
    "busy_timeout=10000",
)


@event.listens_for(Engine, "connect")
def _open_sqlite(connection: Any, record: object) -> None:
    if type(connection).__module__.partition(".")[0] != "sqlite3":
        return
    connection.isolation_level = None  # SQLAlchemy's BEGIN below replaces the driver's late one
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    """A transaction that will write takes SQLite's lock at once; asking later for more is refused as a deadlock."""
    if connection.dialect.name == "sqlite":
        kind = "IMMEDIATE" if connection.get_execution_options().get("writes") else "DEFERRED"
        connection.exec_driver_sql(f"BEGIN {kind}")
