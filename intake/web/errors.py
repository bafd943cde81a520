"""Errors as pages: what happened, and what to do next, in the reader's language. Never a trace, never a version."""

from __future__ import annotations

import logging
from traceback import format_tb
from types import TracebackType

from flask import Flask, render_template
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError

from intake.domain.errors import ActionNotAllowed, NotFound, QiaoError, StaleVersion, TooManyTries

log = logging.getLogger(__name__)

ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None]
Page = tuple[str, str, str]
"""Title, text, next step."""


def _page(status: int) -> Page:
    pages: dict[int, Page] = {
        400: (
            _("This page was open for too long"),
            _("To protect your data, we could not accept what was sent."),
            _("Go back one page, load it again and send once more. Please allow cookies for this site."),
        ),
        403: (
            _("You cannot open this page"),
            _("It is open only to other people, or you have been signed out."),
            _("Please sign in again, or start from the first page."),
        ),
        404: (
            _("We cannot find this page"),
            _("The link may be incomplete, or what it led to has ended."),
            _("Please check the link in your e-mail, or return to your request with your case number."),
        ),
        405: (
            _("This did not work"),
            _("The page was asked for in an unexpected way."),
            _("Please start from the first page."),
        ),
        409: (
            _("This has changed in the meantime"),
            _("The case has changed since you opened it, so your step was not taken."),
            _("Go back, load the case again and decide on what it says now."),
        ),
        410: (
            _("This link is used up"),
            _("It worked once, or its time has passed."),
            _("Please ask whoever sent it to you for a new one."),
        ),
        413: (
            _("This is too large"),
            _("More was sent than we can take at once."),
            _("Go back, shorten the text and send it again."),
        ),
        429: (
            _("There were too many tries"),
            _("To protect your data, we need to wait a little."),
            _("Please try again in a quarter of an hour."),
        ),
        503: (
            _("We cannot take this right now"),
            _("What you typed has not been stored."),
            _("Go back, keep the page open and try again in a few minutes."),
        ),
    }
    unknown = (
        _("Something went wrong on our side"),
        _("It is not your fault, and our people have been told."),
        _("Please go back and try again in a few minutes. If it is urgent, see a doctor where you are."),
    )
    return pages.get(status, unknown)


def error_page(status: int) -> tuple[str, int]:
    title, text, next_step = _page(status)
    return render_template("errors/error.html", title=title, text=text, next_step=next_step), status


_STATUS: dict[type[QiaoError], int] = {NotFound: 404, StaleVersion: 409, ActionNotAllowed: 409, TooManyTries: 429}


def start(app: Flask) -> None:
    @app.errorhandler(HTTPException)
    def http(error: HTTPException) -> tuple[str, int]:
        return error_page(error.code or 500)

    @app.errorhandler(CSRFError)
    def forged(error: CSRFError) -> tuple[str, int]:
        return error_page(400)

    @app.errorhandler(QiaoError)
    def refused(error: QiaoError) -> tuple[str, int]:
        return error_page(_STATUS.get(type(error), 400))

    @app.errorhandler(InternalServerError)
    def failed(error: InternalServerError) -> tuple[str, int]:
        return error_page(500)

    app.log_exception = _log_without_words  # type: ignore[method-assign, assignment]


def _log_without_words(failure: ExceptionInfo) -> None:
    """Kind and place of an error; its own words may quote what a patient wrote (trust S-12)."""
    kind, _error, trace = failure
    log.error("request failed: %s\n%s", kind.__name__, "".join(format_tb(trace)))
