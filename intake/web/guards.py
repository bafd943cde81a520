"""Default deny: a route without an audience answers nobody, and a test fails (trust S-01).

Also here: the cookies of signed-in browsers, and what every changing request must prove (trust S-03).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, redirect, request, session, url_for
from flask_wtf import CSRFProtect
from werkzeug.wrappers import Response as BaseResponse

from intake.domain.access import Actor
from intake.services.deployment import deployment
from intake.services.sessions import desk_actor, pending_staff, portal_actor

View = TypeVar("View", bound=Callable[..., Any])

csrf = CSRFProtect()


class Audience(StrEnum):
    """Whom a route answers. PENDING: password given, second factor not yet."""

    PUBLIC = "public"
    PORTAL = "portal"
    PENDING = "pending"
    DESK = "desk"


def audience(who: Audience) -> Callable[[View], View]:
    """Mark a view with its audience; without the mark nobody gets in."""

    def mark(view: View) -> View:
        view.audience = who  # type: ignore[attr-defined]
        return view

    return mark


def audience_of(app: Flask, endpoint: str) -> Audience | None:
    return getattr(app.view_functions[endpoint], "audience", None)


def now() -> datetime:
    return datetime.now(UTC)


def actor() -> Actor:
    """Who is signed in, on routes whose audience demands it."""
    found: Actor | None = g.get("actor")
    if found is None:
        abort(403)
    return found


def origin() -> str:
    """Where tries come from, as a keyed digest: counted, never kept in clear."""
    return deployment().keys.digest("origin", request.remote_addr or "").hex()[:32]


def start(app: Flask) -> None:
    csrf.init_app(app)
    audience(Audience.PUBLIC)(app.view_functions["static"])
    app.before_request(_refuse_foreign_origin)
    app.before_request(_admit)


def _refuse_foreign_origin() -> None:
    """Beside the token: a changing request that a browser says comes from elsewhere is refused.

    `Origin: null` is what browsers send from our own pages, because their referrer policy is no-referrer.
    """
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    stated = request.headers.get("Origin")
    if stated not in (None, "null") and urlsplit(stated).netloc != request.host:
        abort(403)
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        abort(403)


def _admit() -> BaseResponse | None:
    if request.endpoint is None:
        return None  # no route: the 404 page needs no audience
    who = audience_of(current_app, request.endpoint)
    if who is Audience.PUBLIC:
        return None
    if who is None:
        abort(403)
    g.actor = _READ[who]()
    return None if g.actor is not None else _door(who)


def _read(cookie: str, reader: Callable[[str, datetime], Actor | None]) -> Actor | None:
    token = request.cookies.get(cookie_name(cookie))
    return reader(token, now()) if token else None


_READ: dict[Audience, Callable[[], Actor | None]] = {
    Audience.PORTAL: lambda: _read("portal", portal_actor),
    Audience.PENDING: lambda: _read("desk", pending_staff),
    Audience.DESK: lambda: _read("desk", desk_actor),
}


def _door(who: Audience) -> BaseResponse:
    """Where somebody signs in who is not; what was asked for by GET is remembered for the desk."""
    if who is Audience.PORTAL:
        return redirect(url_for("portal.by_number"), 303)
    if request.method == "GET" and who is Audience.DESK:
        session["after_sign_in"] = request.path
    return redirect(url_for("desk.sign_in"), 303)


def cookie_name(name: str) -> str:
    return f"__Host-{name}" if current_app.config["PRODUCTION"] else name


def session_token(name: str) -> str:
    return request.cookies.get(cookie_name(name), "")


def set_session_cookie(response: Response | BaseResponse, name: str, token: str) -> None:
    response.set_cookie(
        cookie_name(name),
        token,
        secure=current_app.config["PRODUCTION"],
        httponly=True,
        samesite="Lax",
        path="/",
    )


def clear_session_cookie(response: Response | BaseResponse, name: str) -> None:
    secure = current_app.config["PRODUCTION"]
    response.delete_cookie(cookie_name(name), path="/", secure=secure, httponly=True, samesite="Lax")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'


def renew_session() -> None:
    """Forget what this browser kept, the anti-forgery token too; only the chosen language stays."""
    language = session.get("language")
    session.clear()
    if language:
        session["language"] = language
