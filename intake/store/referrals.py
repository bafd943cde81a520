"""What the router proposed and what a named person decided: kept apart (trust C-4)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from intake.store.base import Base, new_id


class Proposal(Base):
    """One screening and recommendation; `findings` seals flags and candidates with their reasons."""

    __tablename__ = "proposals"
    __table_args__ = (Index(None, "case_id", "proposed_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    findings: Mapped[bytes] = mapped_column(LargeBinary)
    proposed_at: Mapped[datetime]


class Decision(Base):
    """What a named coordinator decided: `kind` is the action (refer, lift-gate, record-acceptance).

    `words` seals the reason of an override or a lifted gate, or the name of the physician who accepted.
    """

    __tablename__ = "decisions"
    __table_args__ = (Index(None, "case_id", "kind", "decided_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    kind: Mapped[str] = mapped_column(String(30))
    department: Mapped[str | None] = mapped_column(String(40))
    hospital: Mapped[str | None] = mapped_column(String(20))
    overridden: Mapped[bool] = mapped_column(default=False)
    words: Mapped[bytes | None] = mapped_column(LargeBinary)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[datetime]


def latest_proposal(session: Session, case_id: UUID) -> Proposal | None:
    query = select(Proposal).filter_by(case_id=case_id).order_by(Proposal.proposed_at.desc(), Proposal.id.desc())
    return session.scalar(query.limit(1))


def decisions_of(session: Session, case_id: UUID) -> list[Decision]:
    """Oldest first."""
    query = select(Decision).filter_by(case_id=case_id).order_by(Decision.decided_at, Decision.id)
    return list(session.scalars(query))
