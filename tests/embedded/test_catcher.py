from __future__ import annotations

import smtplib
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path

import pytest

from embedded.catcher import digest, keep
from tests import servers

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.fixture
def catcher(tmp_path: Path) -> Iterator[servers.Catcher]:
    with servers.catcher(tmp_path / "mail") as running:
        yield running


def mail(message_id: str = "<7f@qiao.example>", to: str = "yacine@example.org") -> EmailMessage:
    message = EmailMessage()
    message["Message-ID"], message["From"], message["To"], message["Subject"] = (
        message_id,
        "qiao@qiao.example",
        to,
        "مرحبا",
    )
    message.set_content("您好\n")
    return message


def hand_over(catcher: servers.Catcher, *messages: EmailMessage) -> None:
    with smtplib.SMTP(catcher.host, catcher.port, local_hostname="localhost", timeout=10) as relay:
        for message in messages:
            relay.send_message(message)


def test_a_mail_lies_on_the_disk_when_the_relay_says_yes(catcher: servers.Catcher) -> None:
    hand_over(catcher, mail())
    (kept,) = catcher.folder.glob(f"*-{digest('<7f@qiao.example>')}.eml")
    assert kept.read_bytes().startswith(b"Delivered-To: yacine@example.org\r\n")
    assert message_from_bytes(kept.read_bytes())["Message-ID"] == "<7f@qiao.example>"


def test_every_copy_of_a_mail_is_kept(catcher: servers.Catcher) -> None:
    hand_over(catcher, mail(), mail(), mail())
    assert len(list(catcher.folder.glob(f"*-{digest('<7f@qiao.example>')}.eml"))) == 3


def test_two_copies_within_one_microsecond_are_kept(tmp_path: Path) -> None:
    kept = {keep(tmp_path, bytes(mail()), ["y@example.org"], NOW) for _ in range(3)}
    assert len(kept) == 3
    assert all(path.exists() for path in kept)


def test_an_address_with_letters_of_any_script_is_taken(catcher: servers.Catcher) -> None:
    hand_over(catcher, mail(to="ياسين@example.org"))
    (kept,) = catcher.folder.glob("*.eml")
    assert kept.read_bytes().startswith("Delivered-To: ياسين@example.org\r\n".encode())


def test_a_mail_without_an_id_is_kept_too(tmp_path: Path) -> None:
    kept = keep(tmp_path, b"Subject: nothing else\r\n\r\nbody\r\n", ["y@example.org"], NOW)
    assert kept.name == f"20261124T093000.000000Z-{digest('')}.eml"


def test_nothing_half_written_is_left(tmp_path: Path) -> None:
    keep(tmp_path, bytes(mail()), ["y@example.org"], NOW)
    assert [path.suffix for path in tmp_path.iterdir()] == [".eml"]
