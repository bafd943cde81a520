from __future__ import annotations

import stat
from pathlib import Path

import pytest
import redis

from embedded import broker
from tests import servers


def test_a_named_program_comes_first(tmp_path: Path) -> None:
    assert broker.find_program({"VALKEY_BIN": str(tmp_path / "own")}) == tmp_path / "own"


def test_the_wheel_brings_a_program() -> None:
    program = broker.find_program({})
    assert program
    assert program.name == "valkey-server"


def test_an_empty_name_means_no_broker() -> None:
    assert broker.find_program({"VALKEY_BIN": ""}) is None


def test_a_package_that_is_not_installed_carries_nothing() -> None:
    assert broker.in_wheel("no_such_package", "valkey-server") is None


def test_only_the_owner_reads_the_password(tmp_path: Path) -> None:
    broker.prepare(Path("valkey-server"), tmp_path / "broker", 1)
    assert stat.S_IMODE((tmp_path / "broker" / "broker.conf").stat().st_mode) == 0o600


def test_the_broker_lets_nobody_in_without_the_password() -> None:
    with servers.valkey() as url:
        port = int(url.rsplit(":", 1)[1].removesuffix("/0"))
        with redis.Redis.from_url(url) as known, redis.Redis(port=port) as stranger:
            assert known.ping()
            with pytest.raises(redis.AuthenticationError):
                stranger.ping()
