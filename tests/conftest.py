"""What every test may ask for: the application on SQLite and on PostgreSQL, browsers, and people who use it."""

from __future__ import annotations

import contextlib
import dataclasses
import secrets
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import create_engine, make_url, text

from config import Settings
from intake.app import DATA, build_deployment, create_app
from intake.domain.knowledge import Knowledge
from intake.gateways.knowledge import load_knowledge
from intake.services.schema import bring_up_to_date
from intake.store.base import db
from intake.store.sealing import KeyRing
from tests import servers
from tests.people import Desk, Patient

KEYS = {"test": secrets.token_bytes(32)}


@cache
def loaded_knowledge() -> Knowledge:
    """Frozen, so one for all: loading it takes longer than most tests."""
    return load_knowledge(DATA)


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    return loaded_knowledge()


def settings_for(folder: Path, **changes: object) -> Settings:
    base = Settings(
        profile="embedded",
        data_dir=folder,
        public_url="http://localhost",
        database_url=f"sqlite:///{folder / 'qiao.sqlite3'}",
        broker_url=None,
        smtp_host="127.0.0.1",
        smtp_port=9,
        smtp_user=None,
        smtp_password=None,
        smtp_tls="none",
        mail_from="qiao@qiao.example",
        desk_mail="desk-{hospital}@qiao.example",
        keys=KEYS,
        desk_language="en",
    )
    return dataclasses.replace(base, **changes)  # type: ignore[arg-type]


@contextlib.contextmanager
def running(settings: Settings) -> Iterator[Flask]:
    """An application whose connections are closed afterwards."""
    app = create_app(settings, build_deployment(settings, KeyRing(settings.keys), loaded_knowledge()))
    try:
        yield app
    finally:
        with app.app_context():
            db.engine.dispose()


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty database to copy: migrations run once a session."""
    folder = tmp_path_factory.mktemp("empty")
    with running(settings_for(folder)) as app, app.app_context():
        bring_up_to_date()
    return folder / "qiao.sqlite3"


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server whose first database is migrated and empty, to copy."""
    with servers.postgres() as url:
        with running(settings_for(tmp_path_factory.mktemp("postgres"), database_url=url)) as app, app.app_context():
            bring_up_to_date()
        yield url


@pytest.fixture
def settings(tmp_path: Path, empty_sqlite: Path) -> Settings:
    shutil.copy(empty_sqlite, tmp_path / "qiao.sqlite3")
    return settings_for(tmp_path)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    with running(settings) as app:
        yield app


@pytest.fixture
def postgres_database(postgres_server: str) -> Iterator[str]:
    """A fresh copy of the migrated PostgreSQL database."""
    name = f"copy_{secrets.token_hex(6)}"
    admin = create_engine(make_url(postgres_server).set(database="template1"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name} TEMPLATE postgres"))
    yield make_url(postgres_server).set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def either_app(request: pytest.FixtureRequest, settings: Settings) -> Iterator[Flask]:
    """The application on each of the two databases."""
    if request.param == "postgresql":
        settings = dataclasses.replace(settings, database_url=request.getfixturevalue("postgres_database"))
    with running(settings) as app:
        yield app


@pytest.fixture
def patient(app: Flask) -> Patient:
    return Patient(app)


@pytest.fixture
def desk(app: Flask) -> Desk:
    """A network lead, signed in."""
    return Desk(app).signed_in("lead@hospital.example", "network-lead", None)
