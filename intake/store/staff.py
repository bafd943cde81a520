"""Coordinators and network leads, their invitations, and everybody's sessions, links and codes."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from intake.domain.access import StaffRole
from intake.store.base import Base, new_id
from intake.store.cases import one_of
from intake.store.sealing import WrappedKey, fingerprint


class Staff(Base):
    """One person at a desk. `organization` is a hospital's code, None for the whole network."""

    __tablename__ = "staff"
    __table_args__ = (one_of("role", StaffRole),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(20))
    organization: Mapped[str | None] = mapped_column(String(20))
    password_hash: Mapped[str] = mapped_column(String(200))
    totp_ring_key: Mapped[str | None] = mapped_column(String(40))
    totp_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_confirmed_at: Mapped[datetime | None]
    totp_last_step: Mapped[int | None]
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]

    @property
    def totp(self) -> WrappedKey | None:
        return WrappedKey(self.totp_ring_key, self.totp_sealed) if self.totp_ring_key and self.totp_sealed else None


class Invitation(Base):
    """A one-time link to open an account; only the fingerprint of its token is kept."""

    __tablename__ = "invitations"
    __table_args__ = (one_of("role", StaffRole),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    token_sha256: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    email: Mapped[str] = mapped_column(String(254))
    role: Mapped[str] = mapped_column(String(20))
    organization: Mapped[str | None] = mapped_column(String(20))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInSession(Base):
    """A signed-in browser. Exactly one of `staff_id` and `case_id` is set.

    A staff session counts only once `second_factor_at` is set; a portal session is bound to one case.
    """

    __tablename__ = "sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    token_sha256: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"), index=True)
    second_factor_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class AccessLink(Base):
    """An address that leads to a case's door, never through it. `purpose` is mail or receipt."""

    __tablename__ = "access_links"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    token_sha256: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(10))
    revoked_at: Mapped[datetime | None]


class SignInCode(Base):
    """A mailed short code, bound to the browser that asked for it; the digits are derived from the id, never stored."""

    __tablename__ = "sign_in_codes"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), index=True)
    browser_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SignInTry(Base):
    """A failed try, counted per `subject` (an id or a keyed digest), so that guessing ends early."""

    __tablename__ = "sign_in_tries"
    __table_args__ = (Index(None, "subject", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    subject: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime]


def by_email(session: Session, email: str) -> Staff | None:
    return session.scalar(select(Staff).where(Staff.email == email.lower()))


def invitation(session: Session, token: str, now: datetime) -> Invitation | None:
    """The invitation while it is unused and alive."""
    query = select(Invitation).where(Invitation.token_sha256 == fingerprint(token))
    return session.scalar(query.where(Invitation.used_at.is_(None), Invitation.expires_at > now))


def live_session(session: Session, token: str, now: datetime, idle: timedelta) -> SignInSession | None:
    query = select(SignInSession).where(SignInSession.token_sha256 == fingerprint(token))
    alive = (
        SignInSession.ended_at.is_(None),
        SignInSession.expires_at > now,
        SignInSession.seen_at > now - idle,
    )
    return session.scalar(query.where(*alive))


def end_sessions(session: Session, now: datetime, *, staff_id: UUID | None = None, case_id: UUID | None = None) -> None:
    mine = SignInSession.staff_id == staff_id if staff_id else SignInSession.case_id == case_id
    session.execute(update(SignInSession).where(mine, SignInSession.ended_at.is_(None)).values(ended_at=now))


def link_by_token(session: Session, token: str) -> AccessLink | None:
    query = select(AccessLink).where(AccessLink.token_sha256 == fingerprint(token), AccessLink.revoked_at.is_(None))
    return session.scalar(query)


def live_code(session: Session, case_id: UUID, browser_sha256: bytes, now: datetime) -> SignInCode | None:
    """The newest code of this browser while it is unused and alive; a newer one ends those before it."""
    query = select(SignInCode).filter_by(case_id=case_id, browser_sha256=browser_sha256)
    newest = session.scalar(query.order_by(SignInCode.id.desc()).limit(1))
    return newest if newest and newest.used_at is None and newest.expires_at > now else None


def tries_since(session: Session, subject: str, since: datetime) -> int:
    query = select(func.count()).select_from(SignInTry).where(SignInTry.subject == subject, SignInTry.at > since)
    return session.scalar(query) or 0
