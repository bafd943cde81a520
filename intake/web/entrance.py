"""Addresses without a language: the way in, and what watches over the process."""

from __future__ import annotations

import shutil
from datetime import timedelta

from flask import Blueprint, Response, current_app, jsonify, redirect
from werkzeug.wrappers import Response as BaseResponse

from intake.services.health import health
from intake.web.guards import Audience, audience
from intake.web.locale import preferred_language

entrance = Blueprint("entrance", __name__)

OLDEST_UNSENT = timedelta(minutes=5)
LEAST_FREE_DISK = 0.05


@entrance.get("/")
@audience(Audience.PUBLIC)
def start() -> BaseResponse:
    return redirect(f"/{preferred_language().url}/", 302)


@entrance.get("/healthz")
@audience(Audience.PUBLIC)
def healthz() -> Response:
    return jsonify(status="ok")


@entrance.get("/readyz")
@audience(Audience.PUBLIC)
def readyz() -> tuple[Response, int]:
    """Ready when the database answers, mail flows, the sweeper lives and the disk has room."""
    found = health(current_app.config["SWEEP_SECONDS"])
    disk = shutil.disk_usage(current_app.config["DATA_DIR"])
    free = disk.free / disk.total
    checks = {
        "database": found.database,
        "mail": found.oldest_unsent is None or found.oldest_unsent < OLDEST_UNSENT,
        "sweeper": found.sweeper,
        "disk": free > LEAST_FREE_DISK,
    }
    ready = all(checks.values())
    oldest = found.oldest_unsent.total_seconds() if found.oldest_unsent else None
    body = jsonify(ready=ready, checks=checks, oldest_unsent_seconds=oldest, disk_free=round(free, 3))
    return body, 200 if ready else 503
