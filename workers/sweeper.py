"""Finds every mail that a lost wake-up or a crash left behind: in each worker, and alone where there is no broker."""

from __future__ import annotations

import logging
import time

from config import Settings
from intake.services import outbox
from intake.services.deployment import deployment
from intake.services.health import sweeper_alive
from intake.services.refinement import refine_waiting
from workers.application import application

log = logging.getLogger(__name__)


def sweep_forever(settings: Settings) -> None:
    while True:
        sweep()
        time.sleep(settings.sweep_seconds)


def sweep() -> None:
    """One sweep; whatever goes wrong, there is a next one."""
    try:
        with application().app_context():
            sweeper_alive()
            outbox.drain(deployment())
            refine_waiting(deployment())
    except Exception as error:  # noqa: BLE001 whatever goes wrong, there is a next sweep
        log.error("sweep failed: %s", type(error).__name__)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO)
    own = Settings.from_environment()
    log.info("sweeping every %s s", own.sweep_seconds)
    sweep_forever(own)
