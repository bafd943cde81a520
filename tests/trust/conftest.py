"""The small Qiao of tests/trust/world.py, made once a session; a catcher keeps its mails where the mailbox looks."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import servers
from tests.conftest import running, settings_for
from tests.trust.world import World, make_world


@pytest.fixture(scope="session")
def shared_world(tmp_path_factory: pytest.TempPathFactory, empty_sqlite: Path) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    shutil.copy(empty_sqlite, folder / "qiao.sqlite3")
    with servers.catcher(folder / "mail") as catcher, running(settings_for(folder, smtp_port=catcher.port)) as app:
        made = make_world(app)
        yield made
        made.kept.close()


@pytest.fixture
def world(shared_world: World) -> World:
    """The world as it was made, whatever an earlier test did to it."""
    shared_world.put_back()
    return shared_world
