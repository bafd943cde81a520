"""A load generator on the loopback: some visitors, each on a kept connection, for a bounded time."""

from __future__ import annotations

import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse

Visit = Callable[[HTTPConnection], None]
"""One request and its whole answer. Raises UnexpectedAnswer when the answer is not the expected one."""


class UnexpectedAnswer(Exception):
    """A page that answers wrongly is not measured: a fast error is no speed."""


@dataclass(frozen=True, slots=True)
class Window:
    """What was seen from outside in one stretch of time."""

    seconds: float
    milliseconds: tuple[float, ...]

    @property
    def requests(self) -> int:
        return len(self.milliseconds)

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds

    @property
    def p95(self) -> float:
        return statistics.quantiles(self.milliseconds, n=20)[-1]


def ask(
    connection: HTTPConnection,
    method: str,
    path: str,
    expected: int,
    body: str | None = None,
    headers: dict[str, str] | None = None,
) -> tuple[HTTPResponse, bytes]:
    connection.request(method, path, body, headers or {})
    response = connection.getresponse()
    content = response.read()
    if response.status != expected:
        raise UnexpectedAnswer(f"{method} {path}: {response.status} instead of {expected}\n{content.decode()[:2000]}")
    return response, content


@dataclass(slots=True)
class _Visitor:
    port: int
    visit: Visit
    milliseconds: list[float] = field(default_factory=list)
    fault: Exception | None = None

    def stay(self, until: float) -> None:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            while time.perf_counter() < until:
                start = time.perf_counter()
                self.visit(connection)
                self.milliseconds.append((time.perf_counter() - start) * 1000)
        except Exception as fault:  # noqa: BLE001 told by the thread that started this one
            self.fault = fault
        finally:
            connection.close()


def run(port: int, visits: Sequence[Visit], seconds: float) -> Window:
    """Let every visitor ask again and again for `seconds`. Raises the first fault that one of them met."""
    start = time.perf_counter()
    visitors = [_Visitor(port, visit) for visit in visits]
    threads = [threading.Thread(target=visitor.stay, args=(start + seconds,)) for visitor in visitors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for visitor in visitors:
        if visitor.fault:
            raise visitor.fault
    all_times = tuple(value for visitor in visitors for value in visitor.milliseconds)
    return Window(time.perf_counter() - start, all_times)
