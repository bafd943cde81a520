"""Every lock and claim of a row: the one place where the two databases differ.

A claim is committed before the network is touched, fenced by a token, and ends by the database's clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from intake.domain.lifecycle import MailState, mail_states_before, mail_target
from intake.store.cases import Case
from intake.store.outbox import DUE_STATES, OutboxMessage


def database_now(session: Session) -> datetime:
    """The database's clock, so that workers whose clocks disagree still agree on a lease."""
    if session.get_bind().dialect.name == "sqlite":
        text = session.scalar(select(func.strftime("%Y-%m-%d %H:%M:%f", "now")))
        return datetime.fromisoformat(str(text)).replace(tzinfo=UTC)
    now: datetime = session.execute(select(func.clock_timestamp())).scalar_one()
    return now.astimezone(UTC)


def lock_case(session: Session, case_id: UUID) -> Case | None:
    """The case, locked until the transaction ends (on SQLite the whole database already is)."""
    return session.scalar(select(Case).where(Case.id == case_id).with_for_update())


def claim_mail(session: Session, mail_id: UUID, lease: timedelta) -> OutboxMessage | None:
    """Take a due mail, or None when it is not due, taken, or done: ten wake-ups claim it once (trust I-06)."""
    now = database_now(session)
    statement = (
        update(OutboxMessage)
        .where(
            OutboxMessage.id == mail_id,
            OutboxMessage.state.in_(mail_states_before("claim")),
            OutboxMessage.not_before <= now,
        )
        .values(
            state=MailState.CLAIMED,
            lease_token=uuid4(),
            lease_until=now + lease,
            attempts=OutboxMessage.attempts + 1,
        )
        .returning(OutboxMessage)
    )
    return session.scalars(statement, execution_options={"populate_existing": True}).one_or_none()


def move_mail(session: Session, mail_id: UUID, token: UUID, state: MailState, event: str, **values: Any) -> bool:
    """Move a claimed mail on. False when the lease was lost to somebody else: then the caller must stop."""
    statement = (
        update(OutboxMessage)
        .where(OutboxMessage.id == mail_id, OutboxMessage.lease_token == token, OutboxMessage.state == state)
        .values(state=mail_target(state, event), **values)
    )
    moved = session.scalars(statement.returning(OutboxMessage.id)).one_or_none()
    return moved is not None


def due_mails(session: Session, limit: int) -> Sequence[UUID]:
    """Ids of due mails in order of their time."""
    query = select(OutboxMessage.id).where(
        OutboxMessage.state.in_(DUE_STATES), OutboxMessage.not_before <= database_now(session)
    )
    return session.scalars(query.order_by(OutboxMessage.not_before, OutboxMessage.id).limit(limit)).all()


def end_leases(session: Session) -> None:
    """What a crash left: before DATA it is safe to send again, after it nobody knows (RFC 1047)."""
    now = database_now(session)
    for state in (MailState.CLAIMED, MailState.IN_DATA):
        statement = update(OutboxMessage).where(OutboxMessage.state == state, OutboxMessage.lease_until < now)
        session.execute(statement.values(state=mail_target(state, "lease-ended"), lease_token=None))
