"""Cases, their keys and their requests: the rows, and how they are found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from intake.domain.lifecycle import ENDED, Stage
from intake.domain.red_flags import Alarm
from intake.store.base import Base, new_id
from intake.store.sealing import KeyRing, Vault, WrappedKey


def one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    """A CHECK made from an enumeration, so that table and constraint cannot disagree."""
    listed = ", ".join(f"'{value.value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


class Case(Base):
    """The coordination of one request.

    `desk` is the hospital whose desk works on it; `proposed_…` is the router's best candidate, for staff alone;
    `hospital` and `department` are set when a person confirmed them.
    `rank` and `waiting_since` order the worklist (domain.worklist); `version` refuses stale writes.
    """

    __tablename__ = "cases"
    __table_args__ = (
        one_of("stage", Stage),
        one_of("alarm", Alarm),
        Index(None, "rank", "waiting_since", "id"),
        Index(None, "desk", "rank", "waiting_since", "id"),
        Index(
            "ix_cases_unrefined",
            "submitted_at",
            sqlite_where=text("refined_at IS NULL AND stage = 'submitted'"),
            postgresql_where=text("refined_at IS NULL AND stage = 'submitted'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    number: Mapped[str] = mapped_column(String(12), unique=True)
    stage: Mapped[str] = mapped_column(String(20))
    version: Mapped[int] = mapped_column(default=1)
    language: Mapped[str] = mapped_column(String(12))
    desk: Mapped[str] = mapped_column(String(20))
    proposed_hospital: Mapped[str | None] = mapped_column(String(20))
    proposed_department: Mapped[str | None] = mapped_column(String(40))
    hospital: Mapped[str | None] = mapped_column(String(20))
    department: Mapped[str | None] = mapped_column(String(40))
    alarm: Mapped[str | None] = mapped_column(String(12))
    follows_alarm: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"))
    screened: Mapped[bool]
    gate: Mapped[str | None] = mapped_column(String(40))
    human_first: Mapped[bool]
    by_phone: Mapped[bool]
    rank: Mapped[int | None]
    waiting_since: Mapped[datetime]
    answer_by: Mapped[datetime]
    submitted_at: Mapped[datetime]
    refined_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 read once by SQLAlchemy


class CaseKey(Base):
    """The case's own key, wrapped by the ring. Deleting the row erases every sealed text of the case."""

    __tablename__ = "case_keys"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    ring_key: Mapped[str] = mapped_column(String(40))
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)


class RequestRow(Base):
    """The wish as submitted; `details` seals story, wishes and travel as one JSON value.

    `content_hmac` tells a repeated press of "send" from a key used for something else, without a guessable hash.
    """

    __tablename__ = "service_requests"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    idempotency_key: Mapped[str] = mapped_column(String(255), unique=True)
    content_hmac: Mapped[bytes] = mapped_column(LargeBinary(32))
    form_version: Mapped[int]
    details: Mapped[bytes] = mapped_column(LargeBinary)


def by_number(session: Session, number: str) -> Case | None:
    return session.scalar(select(Case).where(Case.number == number))


def by_key(session: Session, idempotency_key: str) -> tuple[Case, RequestRow] | None:
    query = select(Case, RequestRow).join(RequestRow).where(RequestRow.idempotency_key == idempotency_key)
    row = session.execute(query).one_or_none()
    return (row[0], row[1]) if row else None


def unrefined(session: Session, limit: int) -> Sequence[UUID]:
    """New cases whose proposal rests on the lexicon alone, oldest first."""
    query = select(Case.id).where(Case.refined_at.is_(None), Case.stage == Stage.SUBMITTED)
    return session.scalars(query.order_by(Case.submitted_at).limit(limit)).all()


def add_key(session: Session, case_id: UUID, wrapped: WrappedKey) -> None:
    session.add(CaseKey(case_id=case_id, ring_key=wrapped.ring_key, wrapped=wrapped.wrapped))


def vault_of(session: Session, ring: KeyRing, case_id: UUID) -> Vault:
    """The vault of a case. Raises NoResultFound after erasure."""
    key = session.get_one(CaseKey, case_id)
    return ring.vault(case_id, WrappedKey(key.ring_key, key.wrapped))


def vaults_of(session: Session, ring: KeyRing, case_ids: Sequence[UUID]) -> dict[UUID, Vault]:
    keys = session.scalars(select(CaseKey).where(CaseKey.case_id.in_(case_ids)))
    return {key.case_id: ring.vault(key.case_id, WrappedKey(key.ring_key, key.wrapped)) for key in keys}


def is_open(case: Case) -> bool:
    return Stage(case.stage) not in ENDED


def details_of(session: Session, vault: Vault, case_id: UUID) -> dict[str, Any]:
    """Story, wishes, travel and location as they were submitted."""
    row = session.get_one(RequestRow, case_id)
    details: dict[str, Any] = vault.open("service_requests.details", case_id, row.details)
    return details
