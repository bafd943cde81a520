"""Mails that are owed: committed with the event that owes them, worked off by state."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from intake.domain.lifecycle import MailState
from intake.store.base import Base, new_id
from intake.store.cases import one_of

DUE_STATES = (MailState.READY, MailState.TEMPORARY_FAILURE)


class OutboxMessage(Base):
    """One mail. It holds no address and no text: reader, language and words are found when it is sent.

    `key` is case:kind:occurrence and unique, so that one event never makes two mails. `message_id` is derived from it
    and never changes. `reference` is the id of what the mail speaks of when the case is not enough (a code).
    `relay_code` keeps the last SMTP code, never the relay's words, which may quote addresses.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        one_of("state", MailState),
        Index(
            "ix_outbox_due",
            "not_before",
            "id",
            sqlite_where=text("state IN ('ready', 'temporary_failure')"),
            postgresql_where=text("state IN ('ready', 'temporary_failure')"),
        ),
        Index(
            "ix_outbox_leased",
            "lease_until",
            sqlite_where=text("state IN ('claimed', 'in_data')"),
            postgresql_where=text("state IN ('claimed', 'in_data')"),
        ),
        Index(None, "case_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    message_id: Mapped[str] = mapped_column(String(160), unique=True)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    kind: Mapped[str] = mapped_column(String(40))
    reference: Mapped[UUID | None]
    state: Mapped[str] = mapped_column(String(20), default=MailState.READY)
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime]
    lease_token: Mapped[UUID | None]
    lease_until: Mapped[datetime | None]
    relay_code: Mapped[int | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


def add_message(session: Session, message: OutboxMessage) -> None:
    session.add(message)
    session.info.setdefault("owed", []).append(message.id)
