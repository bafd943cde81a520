"""What processes cost: their CPU time and their memory, read from /proc (Linux)."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

PROC = Path("/proc")
TICK = 1 / os.sysconf("SC_CLK_TCK")


def tree(root: int) -> list[int]:
    """The process and everything that it started, directly or not."""
    parents = {int(path.parent.name): int(_fields(path)[1]) for path in PROC.glob("[0-9]*/stat") if _fields(path)}
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if parent == pid]
    return found


def parent_of(pid: int) -> int:
    return int(_fields(PROC / str(pid) / "stat")[1])


def cpu_seconds(root: int) -> float:
    """User and system time of the tree, of members that ended too once their parent has waited for them."""
    stats = [_fields(PROC / str(pid) / "stat") for pid in tree(root)]
    return sum(int(value) for fields in stats for value in fields[11:15]) * TICK


def machine_cpu_seconds() -> float:
    """What all processes of the machine have used since it started."""
    user, nice, system, _, _, irq, softirq, *_ = (PROC / "stat").read_text().split("\n", 1)[0].split()[1:]
    return sum(map(int, (user, nice, system, irq, softirq))) * TICK


def pss_mib(pid: int) -> float:
    """Proportional set size: what is shared with other processes counts by its share."""
    return _kilobytes(pid, "smaps_rollup", "Pss:") / 1024


def rss_mib(pid: int) -> float:
    return _kilobytes(pid, "status", "VmRSS:") / 1024


def command_of(pid: int) -> str:
    return (PROC / str(pid) / "cmdline").read_text().replace("\0", " ")


def _kilobytes(pid: int, file: str, name: str) -> int:
    lines = (PROC / str(pid) / file).read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


def _fields(path: Path) -> list[str]:
    """From the state on: 0 state, 1 parent, 11 to 14 the CPU times. Empty when the process is gone."""
    with contextlib.suppress(OSError):
        return path.read_text().rpartition(")")[2].split()
    return []
