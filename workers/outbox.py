"""Tasks of the outbox. An argument is an id of a mail and nothing else."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task

from intake.services import outbox
from intake.services.deployment import deployment
from workers.application import application


@shared_task(name="workers.outbox.deliver")
def deliver(*mail_ids: str) -> None:
    with application().app_context():
        outbox.deliver_each(deployment(), map(UUID, mail_ids))


@shared_task(name="workers.outbox.drain")
def drain() -> None:
    with application().app_context():
        outbox.drain(deployment())
