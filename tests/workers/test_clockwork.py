"""What the workers are told: a lease, a sweep, and a schedule of tasks that exist."""

from __future__ import annotations

from pathlib import Path

import pytest

from config import ConfigurationError, Settings
from intake.gateways import queue, relay
from workers import outbox
from workers.schedule import schedule


def test_lease_and_sweep_come_from_the_environment(tmp_path: Path) -> None:
    given = {"QIAO_DATA": str(tmp_path), "QIAO_LEASE_SECONDS": "4.5", "QIAO_SWEEP_SECONDS": "1"}
    settings = Settings.from_environment(given)
    assert (settings.lease_seconds, settings.sweep_seconds) == (4.5, 1.0)


@pytest.mark.parametrize("text", ["soon", "0", "-1", "nan", "inf", "86400", ""])
def test_what_is_no_number_of_seconds_is_named(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        Settings.from_environment({"QIAO_DATA": str(tmp_path), "QIAO_LEASE_SECONDS": text, "QIAO_SWEEP_SECONDS": text})
    assert [fault.partition(":")[0] for fault in refusal.value.faults] == ["QIAO_LEASE_SECONDS", "QIAO_SWEEP_SECONDS"]


def test_production_refuses_a_lease_that_a_slow_relay_outlives(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as refusal:
        Settings.from_environment(
            {"QIAO_DATA": str(tmp_path), "QIAO_PROFILE": "production", "QIAO_LEASE_SECONDS": "60"}
        )
    assert any(fault.startswith("QIAO_LEASE_SECONDS") for fault in refusal.value.faults)


def test_i10_the_lease_outlives_the_slowest_conversation_with_the_relay(tmp_path: Path) -> None:
    answers = ("EHLO", "STARTTLS", "EHLO", "AUTH", "user", "password", "MAIL", "RCPT", "DATA")
    slowest = relay.CONNECT_SECONDS + len(answers) * relay.COMMAND_SECONDS
    assert Settings.from_environment({"QIAO_DATA": str(tmp_path)}).lease_seconds > slowest


def test_every_entry_of_the_schedule_names_a_task_and_expires_before_the_next_one() -> None:
    for entry in schedule(15.0).values():
        assert entry["task"] in {outbox.drain.name, outbox.deliver.name}
        assert entry["options"]["expires"] <= entry["schedule"]


def test_the_nudge_names_a_task_that_exists() -> None:
    assert outbox.deliver.name == queue.DELIVER_TASK
