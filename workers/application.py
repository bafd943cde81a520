"""The application of this worker process, built when the first task needs it (after the fork)."""

from __future__ import annotations

from functools import cache

from flask import Flask

from config import Settings
from intake.app import create_app


@cache
def application() -> Flask:
    return create_app(Settings.from_environment())
