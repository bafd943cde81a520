"""The whole product on one machine, started for a test on a data folder and ports of its own."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from embedded import probes
from tests.servers import ROOT

COMMAND = (sys.executable, "-m", "embedded")
INHERITED = ("PATH", "HOME", "LANG")


@dataclass
class Qiao:
    """A started supervisor, and what it said."""

    data: Path
    port: int = field(default_factory=probes.free_port)
    given: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
        return {**inherited, "QIAO_DATA": str(self.data), "PORT": str(self.port), **self.given}

    @contextlib.contextmanager
    def started(self, command: tuple[str, ...] = COMMAND) -> Iterator[subprocess.Popen[str]]:
        self.data.parent.mkdir(parents=True, exist_ok=True)
        with self.said.open("w") as output:
            process = subprocess.Popen(command, cwd=ROOT, env=self.environment, stdout=output, stderr=output, text=True)
        try:
            until(lambda: "ready " in self.said.read_text() or process.poll() is not None)
            yield process
        finally:
            process.terminate()
            process.wait()
            until(lambda: not self.processes())

    def refused(self) -> str:
        """Start it where it must not start; return the reason that it gives."""
        attempt = subprocess.run(COMMAND, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False)
        assert attempt.returncode == 1
        assert attempt.stdout == ""
        return attempt.stderr

    @property
    def said(self) -> Path:
        return self.data.with_name("said.txt")

    def processes(self) -> dict[int, str]:
        """Living processes that carry this data folder in their environment: process id → command line."""
        return dict(processes_with(f"QIAO_DATA={self.data}"))

    def answers(self) -> bool:
        return probes.web_answers(self.port)

    @property
    def home(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def flask(self, *arguments: str, said: str = "") -> str:
        """Run a command of the shell face on this instance; `said` goes to its standard input."""
        command = (sys.executable, "-m", "flask", *arguments)
        done = subprocess.run(
            command, cwd=ROOT, env=self.environment, input=said, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def processes_with(mark: str) -> Iterator[tuple[int, str]]:
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            dead = folder.joinpath("stat").read_text().rpartition(")")[2].split()[0] == "Z"
            if not dead and mark in folder.joinpath("environ").read_text(errors="replace").split("\0"):
                yield int(folder.name), folder.joinpath("cmdline").read_text().replace("\0", " ")


def until(holds: Callable[[], object], patience: float = 90.0) -> None:
    deadline = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
