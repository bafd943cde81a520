"""Mail catcher: takes every mail over SMTP and keeps it as a file before it says yes.

A mail lies at `<UTC time>-<first 32 hex digits of SHA-256 of its Message-ID>.eml`, so whoever is in doubt whether a
mail arrived can look it up by the Message-ID. Every copy is kept: two files with one digest are a duplicate.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
import sys
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from itertools import chain, count
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session


def digest(message_id: str) -> str:
    """The part of a file name that stands for a Message-ID, angle brackets included."""
    return hashlib.sha256(message_id.strip().encode()).hexdigest()[:32]


def keep(folder: Path, content: bytes, recipients: list[str], now: datetime) -> Path:
    """Store a mail so that it survives a crash of the machine; the file appears whole or not at all."""
    message_id = str(BytesHeaderParser().parsebytes(content)["Message-ID"] or "")
    name = f"{now:%Y%m%dT%H%M%S.%fZ}-{digest(message_id)}"
    draft = folder / f".{name}"
    with draft.open("wb") as file:
        file.write(b"".join(f"Delivered-To: {address}\r\n".encode() for address in recipients) + content)
        file.flush()
        os.fsync(file.fileno())
    kept = draft.replace(_unused(folder, name))
    _sync(folder)
    return kept


def _unused(folder: Path, name: str) -> Path:
    """A copy that came within the same microsecond gets a number behind its name."""
    numbered = (folder / f"{name}-{number}.eml" for number in count(2))
    return next(path for path in chain([folder / f"{name}.eml"], numbered) if not path.exists())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Keeper:
    """The part of the SMTP conversation that is ours: what happens with a mail that was handed over."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Answer 250 only after the mail lies on the disk; a full disk is no fault of the mail."""
        try:
            kept = keep(self.folder, bytes(envelope.original_content or b""), envelope.rcpt_tos, datetime.now(UTC))
        except OSError as reason:
            return f"451 not kept, try again later: {reason.strerror}"
        return f"250 kept as {kept.name}"


async def serve(folder: Path, port: int) -> None:
    """Take mails on the loopback address until SIGTERM or SIGINT."""
    folder.mkdir(parents=True, exist_ok=True)
    loop, keeper, stopped = asyncio.get_running_loop(), Keeper(folder), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    server = await loop.create_server(
        lambda: SMTP(keeper, enable_SMTPUTF8=True, hostname="localhost", ident="Qiao mail catcher", loop=loop),
        host="127.0.0.1",
        port=port,
    )
    await stopped.wait()
    server.close()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
