"""The one place that commits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from intake.services.deployment import deployment
from intake.store.base import db


@contextmanager
def transaction() -> Iterator[Session]:
    """Everything inside commits together or not at all; then the workers are nudged about mails that it owes."""
    session = db.session()
    session.rollback()  # a read before must not leave an old snapshot, nor SQLite's weaker lock
    session.info["owed"] = []
    session.connection(execution_options={"writes": True})
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        raise
    if session.info["owed"]:
        deployment().wake(session.info["owed"])


@contextmanager
def reading() -> Iterator[Session]:
    """A consistent look; what it returns must be frozen before it ends."""
    session = db.session()
    try:
        yield session
    finally:
        session.rollback()
