"""Signed-in browsers: server-side, revocable at once, short-lived (trust S-05)."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain.access import Actor, StaffRole, patient_actor
from intake.domain.errors import TooManyTries
from intake.services.transaction import reading, transaction
from intake.store import staff
from intake.store.sealing import fingerprint
from intake.store.staff import SignInSession, SignInTry, Staff

DESK_IDLE, DESK_LIFE = timedelta(minutes=15), timedelta(hours=12)
PORTAL_IDLE, PORTAL_LIFE = timedelta(minutes=30), timedelta(hours=8)
PENDING_LIFE = timedelta(minutes=10)
"""Between the password and the second factor."""

SEEN_STEP = timedelta(minutes=1)
"""How exactly the last use is kept: a write a minute at the most, and never a change that a person would call one."""


def new_secret() -> str:
    return secrets.token_urlsafe(32)


def open_session(
    session: Session,
    now: datetime,
    life: timedelta,
    *,
    staff_id: UUID | None = None,
    case_id: UUID | None = None,
    second_factor: bool = False,
) -> str:
    """Start a session and return its token; the database keeps the fingerprint alone."""
    token = new_secret()
    session.add(
        SignInSession(
            token_sha256=fingerprint(token),
            staff_id=staff_id,
            case_id=case_id,
            second_factor_at=now if second_factor else None,
            created_at=now,
            seen_at=now,
            expires_at=now + life,
        )
    )
    return token


def desk_actor(token: str, now: datetime) -> Actor | None:
    """Who is at the desk: a live session with its second factor, of an account that is not disabled."""
    found = _staff_session(token, now)
    return found[1] if found and found[0] else None


def pending_staff(token: str, now: datetime) -> Actor | None:
    """Who has given the password but not yet the second factor."""
    found = _staff_session(token, now)
    return found[1] if found and not found[0] else None


def _staff_session(token: str, now: datetime) -> tuple[bool, Actor] | None:
    with reading() as session:
        row = staff.live_session(session, token, now, DESK_IDLE)
        person = session.get(Staff, row.staff_id) if row and row.staff_id else None
        if row is None or person is None or person.disabled_at is not None:
            return None
        actor = Actor("staff", person.id, person.name, StaffRole(person.role), person.organization)
        complete, stale = row.second_factor_at is not None, now - row.seen_at > SEEN_STEP
    if stale:
        _touch(token, now, DESK_IDLE)
    return complete, actor


def portal_actor(token: str, now: datetime) -> Actor | None:
    """The patient's side of one case."""
    with reading() as session:
        row = staff.live_session(session, token, now, PORTAL_IDLE)
        if row is None or row.case_id is None:
            return None
        actor, stale = patient_actor(row.case_id), now - row.seen_at > SEEN_STEP
    if stale:
        _touch(token, now, PORTAL_IDLE)
    return actor


def _touch(token: str, now: datetime, idle: timedelta) -> None:
    with transaction() as session:
        row = staff.live_session(session, token, now, idle)
        if row is not None:
            row.seen_at = now


def end_session(token: str, now: datetime) -> None:
    with transaction() as session:
        row = staff.live_session(session, token, now, DESK_LIFE)
        if row is not None:
            row.ended_at = now


def count_try(subject: str, now: datetime) -> None:
    with transaction() as session:
        session.add(SignInTry(subject=subject, at=now))


def check_tries(session: Session, subject: str, now: datetime, most: int, window: timedelta) -> None:
    """Raises TooManyTries when `subject` failed `most` times within the window."""
    if staff.tries_since(session, subject, now - window) >= most:
        raise TooManyTries(int(window.total_seconds()))
