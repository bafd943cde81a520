"""Alembic's environment: the models' metadata against the database of the current application."""

from __future__ import annotations

from alembic import context
from flask import current_app

from intake.store import cases, heartbeat, journal, messages, outbox, people, referrals, staff  # noqa: F401
from intake.store.base import Base, UtcDateTime, db


def render_item(kind: str, item: object, autogenerate: object) -> str | bool:
    """A revision stands for itself: it names database types, never our classes, which may change."""
    return "sa.DateTime(timezone=True)" if kind == "type" and isinstance(item, UtcDateTime) else False


def run() -> None:
    with db.engine.connect() as connection:
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


assert current_app is not None
run()
