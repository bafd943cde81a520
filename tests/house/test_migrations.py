"""The migrations make what the models say, on both databases, forwards and back."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import create_engine, inspect, make_url, text

from intake.services import schema
from intake.store.base import Base, db
from tests.conftest import running, settings_for
from tests.people import send


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def fresh_app(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """The application over a database without a table."""
    settings = settings_for(tmp_path)
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_database")
        engine = create_engine(make_url(url), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        engine.dispose()
        settings = dataclasses.replace(settings, database_url=url)
    with running(settings) as app:
        yield app


def tables() -> set[str]:
    return set(inspect(db.engine).get_table_names()) - {"alembic_version"}


def test_the_migrations_make_what_the_models_say(fresh_app: Flask) -> None:
    with fresh_app.app_context():
        schema.bring_up_to_date()
        with db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
            assert compare_metadata(context, Base.metadata) == []
        assert tables() == set(Base.metadata.tables)


def test_every_check_of_the_models_is_in_the_database(fresh_app: Flask) -> None:
    """Alembic does not compare CHECK constraints, and they hold the stages and states."""
    with fresh_app.app_context():
        schema.bring_up_to_date()
        inspector = inspect(db.engine)
        for table in Base.metadata.tables.values():
            wanted = {str(check.name) for check in table.constraints if type(check).__name__ == "CheckConstraint"}
            assert {str(check["name"]) for check in inspector.get_check_constraints(table.name)} == wanted


def test_every_migration_goes_back_and_forth(fresh_app: Flask) -> None:
    with fresh_app.app_context():
        schema.start(fresh_app)
        for script in reversed(list(ScriptDirectory(str(schema.FOLDER)).walk_revisions())):
            upgrade(revision=script.revision)
            there = tables()
            downgrade(revision="-1")
            upgrade(revision=script.revision)
            assert tables() == there
        downgrade(revision="base")
        assert tables() == set()


def test_a_case_survives_the_newest_migration_backwards_and_forwards(fresh_app: Flask) -> None:
    with fresh_app.app_context():
        schema.bring_up_to_date()
    number = send(fresh_app).number
    with fresh_app.app_context():
        downgrade(revision="-1")
        upgrade()
        with db.engine.connect() as connection:
            assert connection.execute(text("SELECT number FROM cases")).scalars().all() == [number]
