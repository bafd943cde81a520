"""A mail relay that answers as it is told and keeps what it is given, over real SMTP."""

from __future__ import annotations

import contextlib
import dataclasses
from asyncio import Transport
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_string
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from flask import Flask

from embedded import probes
from intake.gateways.relay import SmtpRelay
from intake.services.deployment import Deployment, deployment


@dataclass(frozen=True, slots=True)
class Taken:
    """A mail that the relay said yes to."""

    recipients: tuple[str, ...]
    content: bytes

    @property
    def mail(self) -> EmailMessage:
        read = message_from_string(self.content.decode(), policy=default)
        assert isinstance(read, EmailMessage)
        return read


@dataclass(slots=True)
class Sink:
    """`answers` maps MAIL, DATA or a recipient's address to what is said instead of yes.

    With `vanishes` the connection is cut where the answer to the data is due: "taken" after the mail was kept, "lost"
    before.
    """

    port: int = field(default_factory=probes.free_port)
    answers: dict[str, str] = field(default_factory=dict)
    vanishes: str | None = None
    taken: list[Taken] = field(default_factory=list)

    async def handle_MAIL(self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: Any) -> str:  # noqa: N802
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 yes")

    async def handle_RCPT(self, _: SMTP, __: Session, envelope: Envelope, address: str, ___: Any) -> str:  # noqa: N802
        answer = self.answers.get(address, "250 yes")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.answers.get("DATA", "250 yes")
        if answer.startswith("2") and self.vanishes != "lost":
            self.taken.append(Taken(tuple(envelope.rcpt_tos), bytes(envelope.original_content or b"")))
        if self.vanishes:
            assert isinstance(server.transport, Transport)
            server.transport.abort()
        return answer

    def has(self, message_id: str) -> bool:
        """The relay's record."""
        return message_id in [taken.mail["Message-ID"] for taken in self.taken]

    def for_reader(self, address: str) -> list[EmailMessage]:
        return [taken.mail for taken in self.taken if address in taken.recipients]


@contextlib.contextmanager
def listening(sink: Sink) -> Iterator[Sink]:
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port, enable_SMTPUTF8=True)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()


def connect(app: Flask, sink: Sink) -> None:
    """Let the application send through `sink` and ask it about undecided mails."""
    change_deployment(app, relay=SmtpRelay("127.0.0.1", sink.port), record=sink)


def change_deployment(app: Flask, **changes: Any) -> Deployment:
    with app.app_context():
        app.extensions["qiao"] = changed = dataclasses.replace(deployment(), **changes)
    return changed
