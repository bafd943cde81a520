"""W10: the time to a built application, beside `import flask`; the memory of web workers and mail workers."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

from bench import load, processes, stage, visits
from bench.pairs import Comparison, Figure, compare, keep, sentence
from tests import servers

TARGET_CPU_MS = 2000.0
TARGET_PSS_MIB = 90.0


def run(folder: Path) -> None:
    started = _compare(folder / "start")
    with servers.valkey() as broker:
        web = _web_memory(folder / "web", broker)
        worker = _worker_memory(folder / "worker", broker)
    verdict = "within" if web <= TARGET_PSS_MIB else "OVER"
    print(sentence(started))
    print(f"web worker after requests: {web:.0f} MiB PSS, {verdict} {TARGET_PSS_MIB:g}")
    print(f"mail worker process: {worker:.0f} MiB RSS")
    keep("start", [started], web_worker_pss_mib=web, mail_worker_rss_mib=worker)


def _compare(folder: Path) -> Comparison:
    environment = stage.product_environment(folder, None, None)
    ours, theirs = (partial(_import, module, environment) for module in ("wsgi", "flask"))
    return compare("start to a built application", "import flask", TARGET_CPU_MS, ours, theirs)


def _import(module: str, environment: dict[str, str]) -> Figure:
    """CPU time of a fresh interpreter that imports one module, with byte code already compiled."""
    machine, clock, before = processes.machine_cpu_seconds(), time.perf_counter(), os.times()
    subprocess.run((sys.executable, "-c", f"import {module}"), env=environment, check=True)
    after, seconds = os.times(), time.perf_counter() - clock
    used = sum(after[:4]) - sum(before[:4])
    foreign = (processes.machine_cpu_seconds() - machine - used) / seconds / (os.cpu_count() or 1)
    return Figure(used * 1000, max(0.0, foreign), {"wall ms": seconds * 1000})


def _web_memory(folder: Path, broker: str) -> float:
    """MiB PSS of the largest web worker after it served every kind of page that is measured here."""
    with stage.product(folder, broker_url=broker) as server:
        load.run(server.port, [*visits.form_readers(server.port, 4), *visits.senders(server.port, 4)], 2.0)
        return max(map(processes.pss_mib, server.workers()))


def _worker_memory(folder: Path, broker: str) -> float:
    with stage.celery_worker(folder, broker) as pid:
        return statistics.median(map(processes.rss_mib, processes.tree(pid)))
