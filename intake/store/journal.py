"""Who did and who read what, append-only (FHIR AuditEvent). It holds codes and ids, never what a patient wrote."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, Integer, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from intake.domain.access import Actor
from intake.store.base import Base


class CaseEvent(Base):
    """`action` is a life-cycle action or a code like read, message-sent, mail-sent; `detail` holds codes only."""

    __tablename__ = "journal"
    __table_args__ = (Index(None, "case_id", "seq"),)

    seq: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    case_id: Mapped[UUID | None] = mapped_column(ForeignKey("cases.id"))
    actor: Mapped[str] = mapped_column(String(20))
    actor_id: Mapped[UUID | None]
    action: Mapped[str] = mapped_column(String(40))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    at: Mapped[datetime]


def record(
    session: Session, case_id: UUID | None, actor: Actor, action: str, now: datetime, **detail: str | int | bool | None
) -> None:
    """Append one event. `detail` must be codes: a test sends canaries through every field."""
    session.add(CaseEvent(case_id=case_id, actor=actor.kind, actor_id=actor.id, action=action, detail=detail, at=now))


def events_of(session: Session, case_id: UUID) -> list[CaseEvent]:
    return list(session.scalars(select(CaseEvent).filter_by(case_id=case_id).order_by(CaseEvent.seq)))
