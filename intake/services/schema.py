"""The database's schema: the embedded profile brings it up to date by itself, production by `flask db upgrade`.

Alembic is imported where it is used: it would cost every web worker 11 MiB and a tenth of a second at its start.
"""

from __future__ import annotations

import fcntl
from pathlib import Path

from flask import Flask, current_app

from intake.store.base import db

FOLDER = Path(__file__).resolve().parents[2] / "migrations"


def start(app: Flask) -> None:
    """What `flask db` needs."""
    from flask_migrate import Migrate

    Migrate(app, db, directory=str(FOLDER), render_as_batch=True)


def bring_up_to_date(*, embedded_only: bool = False) -> None:
    """Run the migrations that are missing; two processes that start together take turns."""
    if embedded_only and current_app.config["PRODUCTION"]:
        return
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from flask_migrate import upgrade

    if "migrate" not in current_app.extensions:
        start(current_app)
    with (Path(current_app.config["DATA_DIR"]) / "schema.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with db.engine.connect() as connection:
            current = MigrationContext.configure(connection).get_current_heads()
        if set(current) != set(ScriptDirectory(str(FOLDER)).get_heads()):
            upgrade(directory=str(FOLDER))
