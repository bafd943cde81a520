"""The caught mails, newest first: in the embedded profile nothing leaves the machine, and everybody may look."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, render_template, request

from intake.web.guards import Audience, audience
from intake.web.locale import speak_desk_language

mailbox = Blueprint("mailbox", __name__, url_prefix="/mailbox")
speak_desk_language(mailbox)

NEWEST = 200


def _folder() -> Path:
    return Path(current_app.config["DATA_DIR"]) / "mail"


def _read(path: Path) -> EmailMessage:
    return message_from_bytes(path.read_bytes(), policy=default)


@mailbox.get("/")
@audience(Audience.PUBLIC)
def index() -> str:
    wanted = request.args.get("to", "")
    files = sorted(_folder().glob("*.eml"), reverse=True)[:NEWEST]
    mails = [(path.stem, _read(path)) for path in files]
    shown = [(name, mail) for name, mail in mails if wanted in str(mail["To"])]
    return render_template("mailbox/index.html", mails=shown)


@mailbox.get("/<name>/")
@audience(Audience.PUBLIC)
def mail(name: str) -> str:
    found = _mail(name)
    body = found.get_body(("plain",))
    text = body.get_content() if body is not None else ""
    return render_template("mailbox/mail.html", name=name, mail=found, text=text)


@mailbox.get("/<name>/page/")
@audience(Audience.PUBLIC)
def page(name: str) -> Response:
    """The mail's HTML, alone in a frame that may do nothing; mails need inline styles, so this answer allows them."""
    body = _mail(name).get_body(("html",))
    response = Response(body.get_content() if body is not None else "", mimetype="text/html")
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


def _mail(name: str) -> EmailMessage:
    path = next((path for path in _folder().glob("*.eml") if path.stem == name), None)
    if path is None:
        abort(404)
    return _read(path)
