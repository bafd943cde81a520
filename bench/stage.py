"""The servers that are measured: the product and the reference, with the web server's settings of `make run`."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from bench import load, processes, reference
from bench.pairs import SECONDS, Figure
from embedded import probes
from embedded.migration import migrate
from embedded.plan import WEB, WORKER
from embedded.service import Service
from tests import servers

PATIENCE = 60.0  # seconds until a server must answer


@dataclass(frozen=True, slots=True)
class Server:
    """A running web server; `database` is the process of its PostgreSQL, None for SQLite."""

    port: int
    pid: int
    database: int | None = None

    def cpu_seconds(self) -> tuple[float, float]:
        """Of the application and of the database server."""
        return processes.cpu_seconds(self.pid), processes.cpu_seconds(self.database) if self.database else 0.0

    def workers(self) -> list[int]:
        return processes.tree(self.pid)[1:]


def measure(server: Server, visits: Sequence[load.Visit]) -> Figure:
    """One window of load."""
    app, database = server.cpu_seconds()
    machine, own = processes.machine_cpu_seconds(), time.process_time()
    window = load.run(server.port, visits, SECONDS)
    app, database = (after - before for after, before in zip(server.cpu_seconds(), (app, database), strict=True))
    foreign = processes.machine_cpu_seconds() - machine - (time.process_time() - own) - app - database
    more = {"per second": window.per_second, "p95 ms": window.p95}
    if server.database:
        more["of it database"] = database * 1000 / window.requests
    return Figure(
        cpu_ms=(app + database) * 1000 / window.requests,
        foreign_share=max(0.0, foreign / window.seconds / (os.cpu_count() or 1)),
        more=more,
    )


@contextlib.contextmanager
def product(folder: Path, database_url: str | None = None, broker_url: str | None = None) -> Iterator[Server]:
    """The product on an empty, migrated database."""
    environment = product_environment(folder, database_url, broker_url)
    url = environment.get("DATABASE_URL", f"sqlite:///{folder / 'qiao.sqlite3'}")
    migrate(url, environment, folder / "migrate.log")
    with _web("wsgi:app", folder, environment, database_url) as server:
        yield server


def product_environment(folder: Path, database_url: str | None, broker_url: str | None) -> dict[str, str]:
    folder.mkdir(parents=True, exist_ok=True)
    given = {"DATABASE_URL": database_url, "REDIS_URL": broker_url}
    kept = {name: value for name, value in os.environ.items() if name not in given}
    return kept | {"QIAO_DATA": str(folder)} | {name: value for name, value in given.items() if value}


@contextlib.contextmanager
def flask_reference(folder: Path, database_url: str | None = None) -> Iterator[Server]:
    """Flask alone, and one row on a database of the same kind."""
    folder.mkdir(parents=True, exist_ok=True)
    url = database_url or f"sqlite:///{folder / 'reference.sqlite3'}"
    reference.create_table(url)
    with _web("bench.reference:app", folder, {**os.environ, "DATABASE_URL": url}, database_url) as server:
        yield server


@contextlib.contextmanager
def _web(application: str, folder: Path, environment: dict[str, str], database_url: str | None) -> Iterator[Server]:
    port = probes.free_port()
    module = application.partition(":")[0]
    command = _python("embedded.preload", module, "granian", *WEB.split(), "--port", str(port), application)
    answers = partial(probes.web_answers, port)
    with running(Service("web", command, environment, folder / "web.log", answers)) as pid:
        yield Server(port, pid, postmaster(database_url) if database_url else None)


@contextlib.contextmanager
def celery_worker(folder: Path, broker_url: str) -> Iterator[int]:
    """The worker of the embedded profile; yields its process."""
    environment = product_environment(folder, None, broker_url)
    answers = partial(probes.worker_answers, broker_url)
    command = _python("embedded.leash", "celery", *WORKER.split())
    with running(Service("worker", command, environment, folder / "worker.log", answers)) as pid:
        yield pid


@contextlib.contextmanager
def running(service: Service) -> Iterator[int]:
    service.start()
    try:
        _await(service)
        assert service.process is not None
        yield service.process.pid
    finally:
        service.ask_to_stop()
        service.wait(10)


def _await(service: Service) -> None:
    deadline = time.monotonic() + PATIENCE
    while not service.answers():
        if service.ended() or time.monotonic() > deadline:
            raise RuntimeError(f"{service.name} does not answer:\n{service.last_words()}")
        time.sleep(0.05)


def _python(module: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", module, *arguments)


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL that keeps what it commits, unlike the one of the tests."""
    with servers.postgres("fsync=on", "full_page_writes=on") as url:
        yield url


def on_postgres(url: str, statement: str) -> str:
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        row = cursor.fetchone() if cursor.description else None
    return str(row[0]) if row else ""


def new_database(url: str, name: str) -> str:
    on_postgres(url, f"CREATE DATABASE {name}")
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def postmaster(url: str) -> int:
    """The parent of the process that serves a connection: the root of all that the server runs."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection:
        return processes.parent_of(connection.info.backend_pid)
