"""A mail for one reader: one template makes text and HTML; one function makes the bytes and proves their headers.

No text of a patient ever comes here (trust e-8): a subject is a fixed sentence and a case number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email import message_from_string
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime
from functools import cache
from hashlib import sha256
from html import unescape
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from intake.domain.languages import Language
from intake.rendering.localisation import catalogue_of, moment

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"

HEADERS = (
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "Content-Language",
    "MIME-Version",
    "Content-Type",
)
"""Every header of every mail, in this order; anything else is a fault."""


class MailBroken(Exception):
    """The mail that was made is not the mail that was meant: it must not be sent."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a reader sees."""

    subject: str
    text: str
    html: str


@cache
def _environment(language: Language) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(catalogue_of(language), newstyle=True)  # type: ignore[attr-defined]
    environment.filters["moment"] = lambda when: moment(when, language)
    environment.globals["language"] = language
    return environment


def words(kind: str, language: Language, facts: Mapping[str, object]) -> Words:
    """The words of mail `kind`, from the blocks of templates/mail/<kind>.html.

    The body is rendered twice with the same sentences: once with the pieces of the text, once with those of the page.
    Raises a jinja2 error when a fact is missing.
    """
    environment = _environment(language)
    template = environment.get_template(f"mail/{kind}.html")
    page = environment.get_template("mail/_page.html")
    pieces = environment.get_template("mail/_pieces.html").module

    def block(name: str, with_pieces: object) -> str:
        chosen = {piece: getattr(with_pieces, piece) for piece in PIECES}
        context = template.new_context(dict(facts) | chosen)
        return "".join(template.blocks[name](context)).strip()

    subject = unescape(block("subject", _TextPieces))
    text = "\n".join(line.strip() for line in unescape(block("body", _TextPieces)).splitlines() if line.strip())
    html = page.render(subject=subject, body=Markup(block("body", pieces)))  # noqa: S704 escaped by the block
    return Words(subject, text.replace(_END, "\n").strip() + "\n", html)


PIECES = ("paragraph", "button", "figure", "quiet")
"""What a mail is made of; templates/mail/_pieces.html holds the same for the page."""

_END = "\0"


class _TextPieces:
    """A mail's pieces in plain text: one paragraph a line, an address on a line of its own."""

    @staticmethod
    def paragraph(text: str) -> Markup:
        return Markup(" ".join(text.split()) + _END)  # noqa: S704 plain text, unescaped at the end

    quiet = figure = paragraph

    @staticmethod
    def button(text: str, url: str) -> Markup:
        return Markup(f"{text}\n{url}{_END}")  # noqa: S704 plain text, unescaped at the end


def to_bytes(words: Words, *, sender: str, recipient: str, language: Language, message_id: str, now: datetime) -> bytes:
    """The message as the relay gets it. Raises MailBroken when it does not read back as it was meant."""
    message = EmailMessage(policy=SMTP if recipient.isascii() else SMTPUTF8)
    message["From"] = _address(sender, "Qiao")
    message["To"] = _address(recipient)
    message["Subject"] = _header_text(words.subject)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(words.text, cte="base64")
    message.add_alternative(words.html, subtype="html", cte="base64")
    message.set_boundary(f"qiao-{sha256(message_id.encode()).hexdigest()[:32]}")  # a resend is the same to the byte
    message["Content-Language"] = language.tag
    made = message.as_bytes()
    _prove(made, recipient, words.subject)
    return made


def _address(email: str, name: str = "") -> Address:
    local, _, domain = email.rpartition("@")
    return Address(name, local, domain)


def _header_text(text: str) -> str:
    """Refuses encoded words and control characters, which some Python versions turn into headers (CVE-2024-6923)."""
    if "=?" in text or any(ord(char) < 32 or char in "\x7f\x85\u2028\u2029" for char in text):
        raise MailBroken("a subject with control characters or an encoded word")
    return text


def _prove(made: bytes, recipient: str, subject: str) -> None:
    read = message_from_string(made.decode(), policy=SMTPUTF8)
    if sorted(read.keys()) != sorted(HEADERS):
        raise MailBroken("unexpected headers")
    if [address.addr_spec for address in read["To"].addresses] != [recipient] or str(read["Subject"]) != subject:
        raise MailBroken("recipient or subject changed on the way")
    if [part.get_content_type() for part in read.walk()] != ["multipart/alternative", "text/plain", "text/html"]:
        raise MailBroken("unexpected parts")
