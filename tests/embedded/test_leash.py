from __future__ import annotations

import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from embedded import leash
from tests.servers import ROOT

FORKS = """
import os, time
if os.fork() == 0:
    os.fork()
os.write(1, b"%d\\n" % os.getpid())
time.sleep(600)
"""


def test_children_and_grandchildren_die_with_a_killed_parent(tmp_path: Path) -> None:
    (tmp_path / "forks.py").write_text(FORKS)
    command = (sys.executable, "-m", "embedded.leash", "forks")
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{tmp_path}"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout
        started = {int(process.stdout.readline()) for _ in range(3)}
        process.kill()
        assert process.stdout.read() == b""  # the pipe ends only when the last process that holds it is gone
    assert process.pid in started
    assert len(started) == 3


def test_a_child_whose_parent_is_gone_already_ends_at_once() -> None:
    with pytest.raises(subprocess.CalledProcessError) as caught:
        subprocess.run(("sleep", "600"), check=True, preexec_fn=partial(leash.follow, os.getppid()))
    assert caught.value.returncode == -signal.SIGKILL
