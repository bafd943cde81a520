"""Alembic's environment: the models' metadata against the database of the current application."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import context
from sqlalchemy import Connection

from intake.store import cases, heartbeat, journal, messages, outbox, outcomes, people, referrals, staff  # noqa: F401
from intake.store.base import Base, UtcDateTime, db


def render_item(kind: str, item: object, autogenerate: object) -> str | bool:
    """A revision stands for itself: it names database types, never our classes, which may change."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


@contextmanager
def without_foreign_keys(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by copying it; while the old one is dropped, rows that point at it must not object."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    yield
    orphans = driver.execute("PRAGMA foreign_key_check").fetchall()
    driver.execute("PRAGMA foreign_keys=ON")
    if orphans:
        raise RuntimeError(f"{len(orphans)} rows point nowhere after the migration")


def run() -> None:
    with db.engine.connect() as connection, without_foreign_keys(connection):
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            render_item=render_item,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()
        if not connection.in_transaction():
            return
        connection.commit()


run()
