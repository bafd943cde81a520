"""The conversation between the patient's side and the desk."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from intake.store.base import Base, new_id
from intake.store.sealing import Vault


class Message(Base):
    """`author` is patient or desk; `staff_id` says who at the desk. The body is sealed and shown verbatim."""

    __tablename__ = "messages"
    __table_args__ = (Index(None, "case_id", "sent_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    author: Mapped[str] = mapped_column(String(10))
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    language: Mapped[str | None] = mapped_column(String(12))
    sent_at: Mapped[datetime]


def add_message(
    session: Session,
    vault: Vault,
    case_id: UUID,
    *,
    author: str,
    body: str,
    now: datetime,
    staff_id: UUID | None = None,
    language: str | None = None,
) -> UUID:
    message_id = new_id()
    sealed = vault.seal("messages.body", message_id, body)
    session.add(
        Message(
            id=message_id,
            case_id=case_id,
            author=author,
            staff_id=staff_id,
            body=sealed,
            language=language,
            sent_at=now,
        )
    )
    return message_id


def messages_of(session: Session, vault: Vault, case_id: UUID) -> list[tuple[Message, str]]:
    """Oldest first, each with its opened body."""
    rows = session.scalars(select(Message).filter_by(case_id=case_id).order_by(Message.sent_at, Message.id))
    return [(row, vault.open("messages.body", row.id, row.body)) for row in rows]
