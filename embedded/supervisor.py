"""Starts the embedded profile, says when it is ready, watches over it, and stops it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import shlex
import signal
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from config import Settings
from embedded import broker, probes
from embedded.migration import migrate
from embedded.plan import Plan, lay_out
from embedded.service import Service

PATIENCE = 60.0  # seconds until everything must answer
GRACE = 10.0  # seconds to finish a page or a mail when asked to stop
TICK = 0.1


class Refusal(Exception):
    """Why nothing was started, as a sentence for the person at the terminal."""


def serve(settings: Settings, port: int, environment: Mapping[str, str]) -> None:
    """Run the whole product until SIGINT, SIGTERM or SIGHUP. Raises Refusal when it cannot start."""
    data, stopped = settings.data_dir, _stop_on_signals()
    with _only_one_on(data):
        _require_free(port)
        plan = lay_out(data, port, environment)
        if not plan.has_broker:
            _say(broker.NONE_FOUND)
        try:
            _start(plan, settings, stopped)
            if not stopped.is_set():
                _say(_welcome(data, port))
            _watch(plan, stopped)
        finally:
            _stop(plan)


def _stop_on_signals() -> threading.Event:
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup wants it ignored
            signal.signal(number, lambda *_: stopped.set())
    return stopped


@contextlib.contextmanager
def _only_one_on(data: Path) -> Iterator[None]:
    """Hold the data folder; the kernel lets go of it however this process ends."""
    for folder in (data, data / "run", data / "log", data / "mail"):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (data / "run" / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refusal(
                f"Qiao runs already on {data}. Stop it first, or choose another folder: QIAO_DATA=./other make run"
            ) from None
        yield


def _require_free(port: int) -> None:
    if not probes.port_is_free(port):
        raise Refusal(f"Port {port} is taken by another program. Choose another one: PORT={port + 1} make run")


def _start(plan: Plan, settings: Settings, stopped: threading.Event) -> None:
    _write_addresses(plan.environment, settings.data_dir / "run" / "addresses.json")
    for service in plan.foundations:
        service.start()
    migrate(settings.database_url, plan.environment, settings.data_dir / "log" / "migrate.log")
    for service in plan.product:
        service.start()
    _await_answers(plan.services, stopped)


def _write_addresses(environment: Mapping[str, str], path: Path) -> None:
    """Tell commands in another shell where broker and relay are. It holds the broker's password."""
    names = ("PORT", "REDIS_URL", "SMTP_HOST", "SMTP_PORT")
    draft = path.with_suffix(".draft")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps({name: environment[name] for name in names if name in environment}))
    draft.replace(path)


def _await_answers(services: tuple[Service, ...], stopped: threading.Event) -> None:
    waiting, deadline = list(services), time.monotonic() + PATIENCE
    while waiting and not stopped.wait(TICK):
        late = time.monotonic() > deadline
        for service in services:
            if service.ended() or (late and service in waiting):
                why = "ended" if service.ended() else f"gave no answer within {PATIENCE:g} s"
                raise Refusal(f"{service.name} {why}. The end of {service.log}:\n{service.last_words()}")
        waiting = [service for service in waiting if not service.answers()]


def _welcome(data: Path, port: int) -> str:
    home = f"http://127.0.0.1:{port}"
    where = f"QIAO_DATA={shlex.quote(str(data))} PORT={port}"
    return (
        f"ready {home}\n"
        f"  patients  {home}/en/  /zh/  /ar/  /fr/\n"
        f"  desk      {home}/desk/\n"
        f"            way in: {where} .venv/bin/flask staff invite you@example.org \\\n"
        "                      --role coordinator --organization zju4h\n"
        f"  mails     {home}/mailbox/\n"
        f"  logs      {data / 'log'}\n"
        "Ctrl-C stops it."
    )


def _watch(plan: Plan, stopped: threading.Event) -> None:
    while not stopped.wait(TICK):
        for service in plan.services:
            if news := service.look_after():
                _say(news)


def _stop(plan: Plan) -> None:
    """First the product, which still needs what it stands on; then that."""
    for step in (plan.product, plan.foundations):
        for service in step:
            service.ask_to_stop()
        deadline = time.monotonic() + GRACE
        for service in step:
            service.wait(max(0.0, deadline - time.monotonic()))


def _say(text: str) -> None:
    print(text, flush=True)
