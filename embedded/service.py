"""One program of the embedded profile: started, watched, started again when it dies, stopped."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from embedded import leash

SHORTEST_PAUSE, LONGEST_PAUSE = 0.2, 30.0  # seconds before a program that died is started again
STEADY = 60.0  # seconds of life after which earlier deaths no longer count


@dataclass(slots=True)
class Service:
    """A program with its log file. `answers` asks it whether it does its work already.

    Each runs in a session of its own: Ctrl-C in the terminal reaches the supervisor alone, which stops them in order.
    """

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    log: Path
    answers: Callable[[], bool]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    pause: float = 0.0
    due: float | None = None

    def start(self) -> None:
        """Start the program, tied to this process. Only the main thread may call this: the tie is to a thread."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=partial(leash.follow, os.getpid()),
            )
        self.started, self.due = time.monotonic(), None

    def ended(self) -> bool:
        """Whether the program was started and is no more."""
        return self.process is not None and self.process.poll() is not None

    def look_after(self) -> str | None:
        """Start the program again when it died and its pause is over; return a sentence when it was found dead."""
        if self.due is not None:
            if time.monotonic() >= self.due:
                self.start()
            return None
        if not self.ended():
            return None
        self.kill()
        self._choose_pause()
        status = self.process.returncode if self.process else 0
        return f"{self.name} ended ({_cause(status)}); starting it again in {self.pause:g} s, see {self.log}"

    def _choose_pause(self) -> None:
        lived = time.monotonic() - self.started
        again = self.pause and lived < STEADY
        self.pause = min(self.pause * 2, LONGEST_PAUSE) if again else SHORTEST_PAUSE
        self.due = time.monotonic() + self.pause

    def ask_to_stop(self) -> None:
        """Let the program finish what it does and end."""
        if self.process:
            self.process.terminate()

    def wait(self, seconds: float) -> None:
        """Wait until the program has ended; after `seconds` end it."""
        if self.process:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(seconds)
            self.kill()

    def kill(self) -> None:
        """End whatever is left of the program and of the workers that it forked."""
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def last_words(self, lines: int = 20) -> str:
        """The end of the log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def _cause(status: int) -> str:
    return f"exit status {status}" if status >= 0 else signal.Signals(-status).name
