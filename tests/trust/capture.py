"""A relay that takes every mail and keeps it, for tests that read mails rather than send them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

from flask import Flask

from intake.services import outbox
from intake.services.deployment import deployment


@dataclass(frozen=True, slots=True)
class Taken:
    """One mail as the relay got it."""

    recipient: str
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=SMTP)

    @property
    def words(self) -> str:
        """Everything that a reader can see: subject, text and page."""
        parts = [part.get_content() for part in self.message.walk() if not part.is_multipart()]
        return "\n".join([str(self.message["Subject"]), *parts])


@dataclass(slots=True)
class CapturingRelay:
    taken: list[Taken] = field(default_factory=list)

    @contextmanager
    def conversation(self, sender: str, recipient: str) -> Iterator[_Conversation]:
        yield _Conversation(self.taken, recipient)


@dataclass(frozen=True, slots=True)
class _Conversation:
    taken: list[Taken]
    recipient: str

    def data(self, message: bytes) -> None:
        self.taken.append(Taken(self.recipient, message))


def capture_mails(app: Flask) -> list[Taken]:
    """From now on the mails of this application are kept in the list that is returned."""
    relay = CapturingRelay()
    with app.app_context():
        app.extensions["qiao"] = dataclasses.replace(deployment(), relay=relay)
    return relay.taken


def send_mails(app: Flask) -> None:
    """Send everything that is owed."""
    with app.app_context():
        while outbox.drain(deployment()):
            pass
