from __future__ import annotations

import sqlite3
from pathlib import Path

from alembic.script import ScriptDirectory

from embedded.migration import is_current, newest
from tests.servers import ROOT


def database(path: Path, version: str) -> str:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE alembic_version (version_num)")
    connection.execute("INSERT INTO alembic_version VALUES (?)", (version,))
    connection.commit()
    connection.close()
    return f"sqlite:///{path}"


def test_the_newest_migration_is_the_one_that_alembic_ends_with() -> None:
    assert newest() == ScriptDirectory(str(ROOT / "migrations")).get_current_head()


def test_a_database_with_every_migration_is_current(tmp_path: Path) -> None:
    assert is_current(database(tmp_path / "data.sqlite3", newest()))


def test_an_older_an_empty_a_broken_and_a_missing_database_are_not(tmp_path: Path) -> None:
    (tmp_path / "empty.sqlite3").touch()
    (tmp_path / "broken.sqlite3").write_bytes(b"no database" * 100)
    assert not is_current(database(tmp_path / "old.sqlite3", "0000"))
    assert not any(is_current(f"sqlite:///{tmp_path / name}.sqlite3") for name in ("empty", "broken", "missing"))


def test_another_kind_of_database_is_left_to_the_migration_itself() -> None:
    assert not is_current("postgresql+psycopg://qiao@127.0.0.1/qiao")
