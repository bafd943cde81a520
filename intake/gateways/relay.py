"""The mail relay behind a small Protocol: greeting and data apart, so that a commit fits between them (trust e-3)."""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

CONNECT_SECONDS = 20.0
COMMAND_SECONDS = 60.0
CANNOT_WRITE_ADDRESS = 553  # what RFC 6531 answers for an address in another script than ASCII


class RelayUnreachable(Exception):
    """No conversation, or one that broke before the data: nothing was handed over, trying again is safe."""


class RelayMisconfigured(Exception):
    """The relay refuses us, not the recipient (log-in, sender, TLS): no mail is to be punished for it."""


class RelayRefused(Exception):
    """The relay refuses this mail. `code` is the SMTP code; 4xx may pass later, 5xx will not."""

    def __init__(self, code: int) -> None:
        super().__init__(str(code))
        self.code = code

    @property
    def permanent(self) -> bool:
        return self.code >= 500


class RelayLostInData(Exception):
    """The connection broke after the data had begun: only the relay's record can tell whether the mail was taken."""


class Conversation(Protocol):
    """One greeted conversation; the recipient is already accepted."""

    def data(self, message: bytes) -> None:
        """Hand over the message. Raises RelayRefused or RelayLostInData."""


class Relay(Protocol):
    @contextmanager
    def conversation(self, sender: str, recipient: str) -> Iterator[Conversation]:
        """Greet and name the recipient. Raises RelayUnreachable, RelayMisconfigured, RelayRefused."""
        yield ...  # type: ignore[misc]


class RelayRecord(Protocol):
    def has(self, message_id: str) -> bool | None:
        """Whether the relay took a message; None when it cannot be asked."""


@dataclass(frozen=True, slots=True)
class SmtpRelay:
    """`helo` is our own name; without it the library would ask a resolver for it at each connection."""

    host: str
    port: int
    tls: str = "none"
    user: str | None = None
    password: str | None = None
    helo: str = "localhost"

    @contextmanager
    def conversation(self, sender: str, recipient: str) -> Iterator[Conversation]:
        client = self._connect()
        try:
            self._name(client, sender, recipient)
            yield _SmtpConversation(client)
        finally:
            _leave(client)

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        try:
            if self.tls == "tls":
                client: smtplib.SMTP = smtplib.SMTP_SSL(
                    self.host, self.port, self.helo, timeout=CONNECT_SECONDS, context=context
                )
            else:
                client = smtplib.SMTP(self.host, self.port, self.helo, timeout=CONNECT_SECONDS)
            if client.sock is not None:
                client.sock.settimeout(COMMAND_SECONDS)
            client.ehlo_or_helo_if_needed()
            if self.tls == "starttls":
                client.starttls(context=context)
            if self.user is not None:
                client.login(self.user, self.password or "")
            return client
        except (smtplib.SMTPNotSupportedError, smtplib.SMTPAuthenticationError, ssl.SSLError) as error:
            raise RelayMisconfigured(type(error).__name__) from error
        except (OSError, smtplib.SMTPException) as error:
            raise RelayUnreachable(type(error).__name__) from error

    def _name(self, client: smtplib.SMTP, sender: str, recipient: str) -> None:
        international = not recipient.isascii()
        if international and not client.has_extn("smtputf8"):
            raise RelayRefused(CANNOT_WRITE_ADDRESS)
        try:
            code, _ = client.mail(sender, ("SMTPUTF8", "BODY=8BITMIME") if international else ())
            if code >= 500:
                raise RelayMisconfigured(f"MAIL answered {code}")
            if code >= 400:
                raise RelayUnreachable(f"MAIL answered {code}")
            code, _ = client.rcpt(recipient)
        except (OSError, smtplib.SMTPException) as error:
            raise RelayUnreachable(type(error).__name__) from error
        if code not in (250, 251):
            raise RelayRefused(code)


@dataclass(frozen=True, slots=True)
class _SmtpConversation:
    client: smtplib.SMTP

    def data(self, message: bytes) -> None:
        try:
            code, _ = self.client.data(message)
        except smtplib.SMTPDataError as error:
            raise RelayRefused(error.smtp_code) from error
        except (OSError, smtplib.SMTPException) as error:
            raise RelayLostInData(type(error).__name__) from error
        if code != 250:
            raise RelayRefused(code)


def _leave(client: smtplib.SMTP) -> None:
    try:
        client.quit()
    except (OSError, smtplib.SMTPException):
        client.close()  # the mail's fate is decided already; a broken farewell changes nothing


@dataclass(frozen=True, slots=True)
class CatcherRecord:
    """The mail catcher of the embedded profile keeps each mail under the digest of its Message-ID."""

    folder: Path

    def has(self, message_id: str) -> bool | None:
        return any(self.folder.glob(f"*{mail_digest(message_id)}*.eml"))


class NoRecord:
    """A relay that cannot be asked: undecided mails wait for a person."""

    def has(self, message_id: str) -> bool | None:
        return None


def mail_digest(message_id: str) -> str:
    """The part of a caught mail's file name that stands for its Message-ID."""
    return hashlib.sha256(message_id.encode()).hexdigest()[:32]
