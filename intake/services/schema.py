"""The database's schema: the embedded profile brings it up to date by itself, production by `flask db upgrade`."""

from __future__ import annotations

import fcntl
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from flask_migrate import upgrade

from intake.store.base import db


def bring_up_to_date(*, embedded_only: bool = False) -> None:
    """Run the migrations that are missing; two processes that start together take turns."""
    if embedded_only and current_app.config["PRODUCTION"]:
        return
    folder = current_app.extensions["migrate"].directory
    with (Path(current_app.config["DATA_DIR"]) / "schema.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with db.engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_heads()
        if set(current) != set(ScriptDirectory(folder).get_heads()):
            upgrade(directory=folder)
