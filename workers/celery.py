"""The Celery application: it carries wake-ups, never mails. The truth is in the outbox."""

from __future__ import annotations

import threading
from typing import Any

from celery import Celery
from celery.signals import worker_process_init

from config import Settings
from workers.schedule import schedule
from workers.sweeper import sweep_forever

settings = Settings.from_environment()

app = Celery("qiao", broker=settings.broker_url, include=["workers.outbox"])
app.conf.update(
    accept_content=["json"],
    task_serializer="json",
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_time_limit=90,
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=2000,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": 120,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
    },
    beat_schedule=schedule(settings.sweep_seconds),
    timezone="UTC",
)


@worker_process_init.connect
def _sweep_in_every_worker(**_: Any) -> None:
    """Beat and broker are optional: a thread of each worker process sweeps too (trust e-6).

    Never in the process that forks them: a connection that was open there would be torn between it and the fork.
    """
    threading.Thread(target=sweep_forever, args=(settings,), name="sweeper", daemon=True).start()
