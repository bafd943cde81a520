"""What happens by the clock. Due times live in the database; the clock only says when to look."""

from __future__ import annotations

from typing import Any


def schedule(sweep_seconds: float) -> dict[str, dict[str, Any]]:
    return {"drain": {"task": "workers.outbox.drain", "schedule": sweep_seconds, "options": {"expires": sweep_seconds}}}
