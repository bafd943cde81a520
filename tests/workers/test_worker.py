"""A commit wakes a real worker through a real broker, and without either of them every mail leaves all the same."""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from flask import Flask

from config import Settings
from embedded import probes
from intake.services import outbox
from intake.services.deployment import deployment
from intake.services.health import health
from tests import servers
from tests.conftest import running
from tests.instance import until
from tests.people import send

NEVER = 3600.0
WORKER = (
    "embedded.leash", "celery", "-A", "workers.celery", "worker", "--concurrency", "1",
    "--without-mingle", "--without-gossip", "--loglevel", "WARNING",
)  # fmt: skip
SWEEPER = ("embedded.leash", "workers.sweeper")


@dataclass(frozen=True, slots=True)
class House:
    """A data folder with its database, and a catcher that keeps its mails there; programs of ours run in it."""

    app: Flask
    environment: dict[str, str]
    mails: Path

    @contextmanager
    def program(self, *module: str) -> Iterator[int]:
        """A program that sweeps; its process id once it has swept for the first time."""
        command = (sys.executable, "-m", *module)
        with servers._running(command, self.swept, env=self.environment) as process:
            yield process.pid

    def swept(self) -> bool:
        with self.app.app_context():
            return health(NEVER).sweeper

    def arrived(self) -> int:
        return len(list(self.mails.glob("*.eml")))


@contextmanager
def house(data: Path, empty_sqlite: Path, **variables: str) -> Iterator[House]:
    data.mkdir()
    (data / "qiao.sqlite3").write_bytes(empty_sqlite.read_bytes())
    with servers.catcher(data / "mail") as catcher:
        inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        own = {"QIAO_DATA": str(data), "SMTP_PORT": str(catcher.port), "QIAO_SWEEP_SECONDS": str(NEVER)}
        environment = {**inherited, **own, **variables}
        with running(Settings.from_environment(environment)) as app:
            yield House(app, environment, catcher.folder)


@pytest.fixture
def woken(tmp_path: Path, empty_sqlite: Path) -> Iterator[tuple[House, int]]:
    """A house whose worker looks only when it is woken, and the process id of that worker."""
    with ExitStack() as stack:
        broker = stack.enter_context(servers.valkey())
        home = stack.enter_context(house(tmp_path / "data", empty_sqlite, REDIS_URL=broker))
        worker = stack.enter_context(home.program(*WORKER))
        until(partial(probes.worker_answers, broker))
        yield home, worker


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def opens_database(pid: int) -> bool:
    return any("qiao.sqlite3" in str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir())


@pytest.mark.slow
@pytest.mark.broker
def test_a_commit_wakes_the_worker_and_a_killed_child_is_replaced_by_one_that_works(woken: tuple[House, int]) -> None:
    home, worker = woken
    send(home.app)
    until(lambda: home.arrived() == 2, patience=10)

    (child,) = children(worker)
    assert opens_database(child)
    assert not opens_database(worker), "what forks workers must never hold a connection that they would inherit"

    os.kill(child, signal.SIGKILL)
    until(lambda: children(worker) not in ([], [child]))
    send(home.app)
    until(lambda: home.arrived() == 4, patience=15)


@pytest.mark.slow
def test_without_a_broker_the_sweeper_alone_delivers(tmp_path: Path, empty_sqlite: Path) -> None:
    with house(tmp_path / "data", empty_sqlite, QIAO_SWEEP_SECONDS="0.5") as home, home.program(*SWEEPER):
        send(home.app)
        until(lambda: home.arrived() == 2, patience=10)


@contextmanager
def nobody_listens() -> Iterator[int]:
    yield probes.free_port()


@contextmanager
def nobody_answers() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        yield silent.getsockname()[1]


@pytest.mark.parametrize("dead_broker", [nobody_listens, nobody_answers])
def test_a_dead_broker_costs_a_request_little_and_loses_nothing(
    tmp_path: Path, empty_sqlite: Path, dead_broker: Callable[[], AbstractContextManager[int]]
) -> None:
    with dead_broker() as port, house(tmp_path / "data", empty_sqlite, REDIS_URL=f"redis://127.0.0.1:{port}/0") as home:
        costs = [seconds_of_sending(home.app) for _ in range(3)]
        assert costs[0] < 3.0
        assert max(costs[1:]) < 1.0, "once it was found dead it is left alone for a while"
        with home.app.app_context():
            assert outbox.drain(deployment()) == 6
        assert home.arrived() == 6


def seconds_of_sending(app: Flask) -> float:
    began = time.monotonic()
    send(app)
    return time.monotonic() - began
