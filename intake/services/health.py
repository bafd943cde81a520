"""Does Qiao do its work: does the database answer, does mail leave, does the sweeper live."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from intake.services.outbox import oldest_unsent
from intake.services.transaction import reading, transaction
from intake.store import claims
from intake.store.heartbeat import beat, last_beat

MISSED_SWEEPS = 4


@dataclass(frozen=True, slots=True)
class Health:
    database: bool
    sweeper: bool
    oldest_unsent: timedelta | None


def sweeper_alive(name: str = "sweeper") -> None:
    """Written by every sweep."""
    with transaction() as session:
        beat(session, name, claims.database_now(session))


def health(sweep_seconds: float) -> Health:
    """`sweep_seconds` is how often a sweep is due."""
    try:
        with reading() as session:
            seen = last_beat(session, "sweeper")
            late = timedelta(seconds=sweep_seconds * MISSED_SWEEPS)
            alive = seen is not None and claims.database_now(session) - seen < late
        return Health(True, alive, oldest_unsent())
    except SQLAlchemyError:
        return Health(False, False, None)
