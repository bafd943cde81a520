"""Brings the database to the newest form before anything serves from it."""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from embedded import leash

VERSIONS = Path(__file__).resolve().parent.parent / "migrations" / "versions"


class MigrationFailed(Exception):
    """Why the product does not start, for the person at the terminal."""


def migrate(database_url: str, environment: Mapping[str, str], log: Path) -> None:
    """Run the missing migrations. Raises MigrationFailed with their output."""
    if is_current(database_url):
        return
    with log.open("wb") as output:
        migration = subprocess.run(
            (sys.executable, "-m", "flask", "db", "upgrade"),
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
            start_new_session=True,
            preexec_fn=partial(leash.follow, os.getpid()),
        )
    if migration.returncode:
        raise MigrationFailed(
            f"The database could not be brought to the newest form:\n{log.read_text(errors='replace')}"
        )


def is_current(database_url: str) -> bool:
    """Whether a SQLite database has every migration. Asking the application takes two seconds of each start."""
    path = database_url.removeprefix("sqlite:///")
    if path == database_url or not Path(path).exists():
        return False
    with contextlib.closing(sqlite3.connect(path)) as connection, contextlib.suppress(sqlite3.DatabaseError):
        return connection.execute("SELECT version_num FROM alembic_version").fetchall() == [(newest(),)]
    return False


def newest() -> str:
    """Migrations are numbered, so the last file is the newest."""
    text = max(VERSIONS.glob("[0-9]*.py")).read_text()
    found = re.search(r"""^revision(?:: str)? = ['"](\w+)['"]""", text, re.MULTILINE)
    return found[1] if found else ""
