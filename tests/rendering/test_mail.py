"""The bytes of a mail: their headers are proven before they leave (trust 0.1, S-10)."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import SMTP
from typing import Any

import pytest

from intake.domain.languages import BY_TAG, ENGLISH
from intake.rendering.mail import HEADERS, MailBroken, Words, to_bytes
from tests.trust.hostile import ENCODED_WORD, MAIL_TEXTS

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
WORDS = Words("We have received your request Q-0000-0000", "A text.\n", "<p>A page.</p>")


def made(words: Words = WORDS, **changes: Any) -> bytes:
    given: dict[str, Any] = {
        "sender": "qiao@qiao.example",
        "recipient": "ann@example.org",
        "language": ENGLISH,
        "message_id": "<0123@qiao.example>",
        "now": NOW,
    }
    return to_bytes(words, **given | changes)


def test_a_mail_has_exactly_the_headers_that_it_may_have() -> None:
    message = message_from_bytes(made(), policy=SMTP)
    assert sorted(message.keys()) == sorted(HEADERS)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"] == "<0123@qiao.example>"
    assert message["From"].addresses[0].addr_spec == "qiao@qiao.example"


def test_i07_the_same_mail_made_twice_has_the_same_bytes() -> None:
    assert made() == made()


@pytest.mark.parametrize(
    "text", [text for name, text in MAIL_TEXTS.items() if name not in ("M4 two people", "M5 brackets")]
)
def test_a_subject_that_could_become_headers_is_never_sent(text: str) -> None:
    with pytest.raises((MailBroken, ValueError)):
        made(Words(text, WORDS.text, WORDS.html))


@pytest.mark.parametrize("recipient", [ENCODED_WORD, "a@b.test\r\nBcc: evil@x.test", "a@b.test>,<c@d.test", ""])
def test_a_recipient_that_could_become_another_is_never_sent_to(recipient: str) -> None:
    with pytest.raises((MailBroken, ValueError, IndexError)):
        made(recipient=recipient)


def test_the_text_is_a_letter_that_reads_in_the_direction_of_its_language() -> None:
    message = message_from_bytes(made(language=BY_TAG["ar"]), policy=SMTP)
    assert message["Content-Language"] == "ar"
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize("line", ["\n.\n", "\r.\r\n", "x" * 2000, "--===============0==", "\0"])
def test_no_line_of_a_text_can_end_the_mail(line: str) -> None:
    """Bodies travel as base64: no dot, no boundary and no overlong line of a text is ever seen by a relay."""
    content = made(Words(WORDS.subject, f"before{line}after\n", WORDS.html))
    assert all(len(row) <= 998 for row in content.split(b"\r\n"))
    assert b"\r\n.\r\n" not in content
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert sum(row.startswith(b"--") for row in content.split(b"\r\n")) == 3
