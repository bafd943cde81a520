"""Ties processes to the one that started them: when it dies, even by `kill -9`, they die too (Linux only).

The kernel clears this tie at every fork, so a program that forks workers of its own (Celery, Granian) is started
through `python -m embedded.leash MODULE ARGUMENT…`, which ties each fork to its parent again.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import runpy
import signal
import sys

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)


def follow(parent: int, with_signal: signal.Signals = signal.SIGKILL) -> None:
    """Let this process receive `with_signal` when its parent ends; at once when it has ended already."""
    if sys.platform != "linux":
        return
    _LIBC.prctl(_PR_SET_PDEATHSIG, int(with_signal))
    if os.getppid() != parent:
        os.kill(os.getpid(), with_signal)


def tie_every_fork() -> None:
    """Let each later fork of this process, and the forks of those, follow its parent."""
    parent = os.getpid()

    def follow_parent() -> None:
        nonlocal parent
        follow(parent)
        parent = os.getpid()

    os.register_at_fork(after_in_child=follow_parent)


def run(module: str, arguments: list[str]) -> None:
    """Run `python -m module` inside this process with every fork tied."""
    tie_every_fork()
    multiprocessing.set_start_method("fork")  # from Python 3.14 the default would start workers past the fork hook
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2:])
