"""The nudge after a commit: a task by name, so that a worker looks at once instead of at the next sweep.

It is best effort. The broker carries ids and nothing else; a dead broker delays a mail and never loses one.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from threading import Lock, Thread
from uuid import UUID

from celery import Celery

DELIVER_TASK = "workers.outbox.deliver"
REST_SECONDS = 5.0
"""After a failed nudge the broker is left alone for a while, so that its absence costs requests nothing."""

GATHER_SECONDS = 0.05
"""After a nudge what follows is gathered this long: when many requests come at once they share one message."""

log = logging.getLogger(__name__)


class Waker:
    """Wakes a worker through the broker at `url`; None means that there is no broker."""

    def __init__(self, url: str | None) -> None:
        self._celery = Celery(broker=url, set_as_current=False) if url else None
        if self._celery is not None:
            self._celery.conf.update(
                task_ignore_result=True,
                broker_transport_options={
                    "socket_connect_timeout": 0.3,
                    "socket_timeout": 0.5,
                    "retry_on_timeout": False,
                },
                broker_connection_timeout=0.5,
            )
        self._resting_until = 0.0
        self._gathering = Lock()
        self._gathered: list[UUID] | None = None
        """What came since the last nudge; None when nothing is being gathered, so that the next goes out at once."""

    def __call__(self, mail_ids: Sequence[UUID]) -> None:
        if self._celery is None or time.monotonic() < self._resting_until:
            return
        with self._gathering:
            if self._gathered is not None:
                self._gathered += mail_ids
                return
            self._gathered = []
        self._nudge(self._celery, mail_ids)
        Thread(target=self._nudge_about_gathered, args=[self._celery]).start()

    def _nudge_about_gathered(self, celery: Celery) -> None:
        """Until nothing more has come. The process waits for this thread before it ends."""
        while True:
            time.sleep(GATHER_SECONDS)
            with self._gathering:
                mail_ids = self._gathered
                self._gathered = [] if mail_ids else None
            if not mail_ids:
                return
            self._nudge(celery, mail_ids)

    def _nudge(self, celery: Celery, mail_ids: Sequence[UUID]) -> None:
        try:
            celery.send_task(DELIVER_TASK, args=list(map(str, mail_ids)), retry=False, ignore_result=True)
        except Exception as error:  # noqa: BLE001 the broker is never worth a failed request
            self._resting_until = time.monotonic() + REST_SECONDS
            log.warning("nudge failed: %s", type(error).__name__)
