"""The applications of this room share one reading of the knowledge, which takes longer than most of the tests."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask

from config import Settings
from intake.app import build_deployment, create_app
from intake.gateways.queue import Waker
from intake.gateways.relay import CatcherRecord, SmtpRelay
from intake.services.deployment import Deployment, deployment
from intake.services.submission import Receipt
from intake.store.base import db
from intake.store.sealing import KeyRing
from tests.conftest import KEYS, settings_for
from tests.people import send


@pytest.fixture(scope="session")
def common(tmp_path_factory: pytest.TempPathFactory) -> Deployment:
    return build_deployment(settings_for(tmp_path_factory.mktemp("common")), KeyRing(KEYS))


@contextmanager
def running(settings: Settings, common: Deployment) -> Iterator[Flask]:
    own = dataclasses.replace(
        common,
        relay=SmtpRelay(settings.smtp_host, settings.smtp_port),
        record=CatcherRecord(settings.data_dir / "mail"),
        wake=Waker(settings.broker_url),
    )
    app = create_app(settings, own)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def app(settings: Settings, common: Deployment) -> Iterator[Flask]:
    with running(settings, common) as app:
        yield app


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def either_app(request: pytest.FixtureRequest, settings: Settings, common: Deployment) -> Iterator[Flask]:
    if request.param == "postgresql":
        settings = dataclasses.replace(settings, database_url=request.getfixturevalue("postgres_database"))
    with running(settings, common) as app:
        yield app


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


@pytest.fixture
def place(context: None) -> Deployment:
    return deployment()


@pytest.fixture
def receipt(app: Flask) -> Receipt:
    return send(app)
