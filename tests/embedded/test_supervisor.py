"""The command behind `make run`, started for real on a data folder and ports of its own."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from embedded import probes
from tests.instance import Qiao, until

pytestmark = pytest.mark.slow


@pytest.fixture
def qiao(tmp_path: Path) -> Qiao:
    return Qiao(tmp_path / "data")


def test_one_command_starts_everything_and_ctrl_c_stops_it(tmp_path: Path) -> None:
    qiao = Qiao(tmp_path / ("a-long-name-" * 12) / "data")
    with qiao.started() as process:
        assert qiao.said.read_text().startswith(f"ready http://127.0.0.1:{qiao.port}\n")
        assert qiao.answers()
        process.send_signal(signal.SIGINT)
        assert process.wait() == 0
        assert not qiao.processes()
    assert {path.stem for path in (qiao.data / "log").iterdir()} == {"broker", "catcher", "migrate", "web", "worker"}


def test_killing_the_supervisor_leaves_no_process(qiao: Qiao) -> None:
    with qiao.started() as process:
        assert len(qiao.processes()) > 5
        process.kill()
        until(lambda: not qiao.processes(), patience=10)


def test_killing_make_leaves_no_process(qiao: Qiao) -> None:
    make = ("sh", "-c", f"{sys.executable} -m embedded --follow-parent; true")
    with qiao.started(make) as process:
        process.kill()
        until(lambda: not qiao.processes(), patience=30)


def test_a_taken_port_is_named_with_the_way_out(qiao: Qiao) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        qiao.port = other.getsockname()[1]
        assert f"Port {qiao.port} is taken by another program." in qiao.refused()
        assert f"PORT={qiao.port + 1} make run" in qiao.refused()


def test_a_port_that_is_none_is_refused(qiao: Qiao) -> None:
    qiao.given["PORT"] = "eighty"
    assert qiao.refused() == "PORT: 'eighty' is no port\n"


def test_it_does_not_run_production(qiao: Qiao) -> None:
    qiao.given["QIAO_PROFILE"] = "production"
    assert "Traceback" not in qiao.refused()


def test_without_a_broker_it_says_so_and_serves_all_the_same(qiao: Qiao) -> None:
    qiao.given["VALKEY_BIN"] = ""
    with qiao.started():
        assert qiao.said.read_text().startswith("No broker was found")
        assert qiao.answers()
        assert any("workers.sweeper" in command for command in qiao.processes().values())


def test_a_program_that_cannot_start_is_named_with_its_last_words(qiao: Qiao) -> None:
    qiao.given["VALKEY_BIN"] = "/bin/false"
    assert "broker ended. The end of " in qiao.refused()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Qiao]:
    qiao = Qiao(tmp_path_factory.mktemp("running") / "data")
    with qiao.started():
        yield qiao


@pytest.mark.xdist_group("running supervisor")
def test_what_dies_is_started_again(running: Qiao) -> None:
    for name in ("granian", "celery", "embedded.catcher"):
        os.kill(min(pid for pid, text in running.processes().items() if name in text), signal.SIGKILL)
    dead = [f"{name} ended (SIGKILL)" for name in ("web", "worker", "catcher")]
    until(lambda: all(sentence in running.said.read_text() for sentence in dead))
    until(running.answers)


@pytest.mark.xdist_group("running supervisor")
def test_a_second_start_on_the_same_data_is_refused(running: Qiao) -> None:
    assert Qiao(running.data).refused() == (
        f"Qiao runs already on {running.data}. Stop it first, or choose another folder: QIAO_DATA=./other make run\n"
    )
    until(running.answers)


@pytest.mark.xdist_group("running supervisor")
def test_commands_in_another_shell_learn_where_broker_and_relay_are(running: Qiao) -> None:
    file = running.data / "run" / "addresses.json"
    addresses = json.loads(file.read_text())
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    until(lambda: probes.relay_answers(int(addresses["SMTP_PORT"])))
    until(lambda: probes.broker_answers(addresses["REDIS_URL"]))


@pytest.mark.xdist_group("running supervisor")
def test_what_it_writes_is_for_its_owner_alone(running: Qiao) -> None:
    written = [running.data, *running.data.rglob("*")]
    assert running.data / "qiao.sqlite3" in written
    assert not [path for path in written if path.stat().st_mode & 0o077]
