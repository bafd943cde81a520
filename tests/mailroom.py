"""The outbox as tests see and change it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import select, update

from intake.services import outbox
from intake.services.correspondence import owe
from intake.services.deployment import deployment
from intake.services.submission import Receipt
from intake.services.transaction import reading, transaction
from intake.store.journal import events_of
from intake.store.outbox import OutboxMessage
from tests.people import now


def rows(app: Flask, **wanted: Any) -> list[OutboxMessage]:
    with app.app_context(), reading() as session:
        found = list(session.scalars(select(OutboxMessage).filter_by(**wanted).order_by(OutboxMessage.id)))
        session.expunge_all()
        return found


def row(app: Flask, **wanted: Any) -> OutboxMessage:
    (only,) = rows(app, **wanted)
    return only


def states(app: Flask, **wanted: Any) -> list[str]:
    return [mail.state for mail in rows(app, **wanted)]


def change(app: Flask, kind: str | None = None, **values: Any) -> None:
    """What the passing of time or a crash does to rows."""
    with app.app_context(), transaction() as session:
        chosen = OutboxMessage.kind == kind if kind else OutboxMessage.id.is_not(None)
        session.execute(update(OutboxMessage).where(chosen).values(**values))


def due_again(app: Flask) -> None:
    change(app, not_before=now() - timedelta(hours=1), lease_until=now() - timedelta(hours=1))


def drain(app: Flask) -> int:
    with app.app_context():
        return outbox.drain(deployment())


def deliver(app: Flask, mail_id: UUID) -> bool:
    with app.app_context():
        return outbox.deliver(deployment(), mail_id)


def journal(app: Flask, receipt: Receipt) -> list[str]:
    with app.app_context(), reading() as session:
        return [event.action for event in events_of(session, receipt.case_id)]


def owe_many(app: Flask, receipt: Receipt, kind: str, count: int) -> None:
    with app.app_context(), transaction() as session:
        for number in range(count):
            owe(session, deployment(), receipt.case_id, kind, number, now() - timedelta(seconds=1))
