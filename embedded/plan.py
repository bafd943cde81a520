"""What the embedded profile consists of: which programs, on which addresses, with which environment."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from embedded import broker, probes
from embedded.service import Service

CATCHER_PORT = 2525  # where the commands of another shell expect the relay
WEB = (
    "--interface wsgi --host 127.0.0.1 --workers 2 --blocking-threads 4 --no-ws --respawn-failed-workers "
    "--respawn-interval 0.2"
)
# The clock keeps its schedule in memory: what is due stands in the database, and a file can be torn by a crash.
WORKER = (
    "-A workers.celery worker --beat --scheduler celery.beat.Scheduler --concurrency 2 --without-mingle "
    "--without-gossip --loglevel INFO"
)


@dataclass(frozen=True, slots=True)
class Plan:
    """Services in two steps: what the product stands on, then the product. `environment` is the product's."""

    environment: Mapping[str, str]
    foundations: tuple[Service, ...]
    product: tuple[Service, ...]

    @property
    def services(self) -> tuple[Service, ...]:
        return self.foundations + self.product

    @property
    def has_broker(self) -> bool:
        return "REDIS_URL" in self.environment


def lay_out(data: Path, port: int, given: Mapping[str, str]) -> Plan:
    """Choose programs and addresses. A broker or a relay that the environment names is used and not started."""
    own = {"QIAO_PROFILE": "embedded", "QIAO_DATA": str(data), "PORT": str(port), "PYTHONUNBUFFERED": "1"}
    drawing = _Drawing(data, {**given, **own})
    foundations = (*drawing.broker(), *drawing.catcher())
    return Plan(drawing.environment, foundations, (drawing.web(port), drawing.worker(port)))


@dataclass(frozen=True, slots=True)
class _Drawing:
    """The plan while it is drawn: each foundation adds its address to the environment."""

    data: Path
    environment: dict[str, str]

    def broker(self) -> list[Service]:
        program = None if "REDIS_URL" in self.environment else broker.find_program(self.environment)
        if program is None:
            return []
        command, url = broker.prepare(program, self.data / "broker", probes.free_port())
        self.environment["REDIS_URL"] = url
        return [self._service("broker", command, partial(probes.broker_answers, url))]

    def catcher(self) -> list[Service]:
        if "SMTP_HOST" in self.environment:
            return []
        usual = CATCHER_PORT if probes.port_is_free(CATCHER_PORT) else probes.free_port()
        port = int(self.environment.get("SMTP_PORT", usual))
        self.environment.update(SMTP_HOST="127.0.0.1", SMTP_PORT=str(port))
        command = _python("embedded.catcher", str(self.data / "mail"), str(port))
        return [self._service("catcher", command, partial(probes.relay_answers, port))]

    def web(self, port: int) -> Service:
        command = _python("embedded.preload", "wsgi", "granian", *WEB.split(), "--port", str(port), "wsgi:app")
        return self._service("web", command, partial(probes.web_answers, port))

    def worker(self, port: int) -> Service:
        if "REDIS_URL" not in self.environment:
            command = _python("embedded.leash", "workers.sweeper")
            return self._service("worker", command, partial(probes.sweeper_answers, port))
        command = _python("embedded.leash", "celery", *WORKER.split())
        return self._service("worker", command, partial(probes.worker_answers, self.environment["REDIS_URL"]))

    def _service(self, name: str, command: tuple[str, ...], answers: Callable[[], bool]) -> Service:
        return Service(name, command, self.environment, self.data / "log" / f"{name}.log", answers)


def _python(module: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", module, *arguments)
