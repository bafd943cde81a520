"""In and out of the desk: invitation, password, second factor."""

from __future__ import annotations

from flask import abort, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from markupsafe import Markup
from segno import make_qr
from werkzeug.wrappers import Response

from intake.domain.errors import InvalidRequest, NotFound, SignInRefused, TooManyTries
from intake.services import staff as services
from intake.services.deployment import deployment
from intake.services.sessions import end_session
from intake.web.desk.forms import CodeForm, InvitationForm, SignInForm
from intake.web.desk.views import desk
from intake.web.guards import (
    Audience,
    actor,
    audience,
    clear_session_cookie,
    now,
    origin,
    renew_session,
    session_token,
    set_session_cookie,
)
from intake.web.words import TOO_MANY_TRIES, fault_sentence


@desk.route("/sign-in/", methods=["GET", "POST"])
@audience(Audience.PUBLIC)
def sign_in() -> str | Response | tuple[str, int]:
    form = SignInForm()
    if request.method == "POST" and form.validate():
        try:
            token = services.sign_in(form.email.data or "", form.password.data or "", origin(), now())
            return _go_on("desk.second_factor", token)
        except SignInRefused:
            form.password.errors = [_("E-mail address and password do not fit together.")]
        except TooManyTries:
            form.password.errors = [str(TOO_MANY_TRIES)]
    return render_template("desk/sign_in.html", form=form), 422 if form.errors else 200


@desk.route("/invitation/<token>/", methods=["GET", "POST"])
@audience(Audience.PUBLIC)
def invitation(token: str) -> str | Response | tuple[str, int]:
    try:
        email = services.invited_email(token, now())
    except NotFound:
        abort(410)
    form = InvitationForm()
    if request.method == "POST" and form.validate():
        if form.password.data != form.repeated.data:
            form.repeated.errors = [_("The two passwords differ. Please type the same one twice.")]
        else:
            try:
                name, password = form.name.data or "", form.password.data or ""
                opened = services.accept_invitation(deployment(), token, name, password, now())
                return _go_on("desk.second_factor", opened)
            except InvalidRequest as error:
                form[error.field or "name"].errors = [fault_sentence(error.field, error.code)]
    return render_template("desk/invitation.html", form=form, email=email), 422 if form.errors else 200


@desk.route("/second-factor/", methods=["GET", "POST"])
@audience(Audience.PENDING)
def second_factor() -> str | Response | tuple[str, int]:
    form = CodeForm()
    if request.method == "POST" and form.validate():
        try:
            token = services.second_factor(deployment(), session_token("desk"), actor(), form.code.data or "", now())
            return _enter(token)
        except SignInRefused:
            form.code.errors = [_("This code does not fit. Please wait for the next one and type it at once.")]
        except TooManyTries:
            form.code.errors = [str(TOO_MANY_TRIES)]
    return _second_factor_page(form), 422 if form.errors else 200


def _second_factor_page(form: FlaskForm) -> str:
    to_enrol = services.second_factor_to_enrol(deployment(), actor())
    if to_enrol is None:
        return render_template("desk/second_factor.html", form=form)
    secret, address = to_enrol
    picture = make_qr(address, error="m").svg_inline(scale=4, border=2, omitsize=True)
    shown = {"secret": secret, "qr_svg": Markup(picture)}  # noqa: S704 made by segno
    return render_template("desk/second_factor_setup.html", form=form, **shown)


def _enter(token: str) -> Response:
    """A new session, a new anti-forgery token, and on to the page that was asked for."""
    wanted = session.get("after_sign_in", "")
    renew_session()
    inside = wanted.startswith("/desk/") and "//" not in wanted
    response = redirect(wanted if inside else url_for("desk.worklist"), 303)
    set_session_cookie(response, "desk", token)
    return response


def _go_on(endpoint: str, token: str) -> Response:
    response = redirect(url_for(endpoint), 303)
    set_session_cookie(response, "desk", token)
    return response


@desk.post("/sign-out/")
@audience(Audience.DESK)
def sign_out() -> Response:
    end_session(session_token("desk"), now())
    renew_session()
    response = redirect(url_for("desk.sign_in"), 303)
    clear_session_cookie(response, "desk")
    return response
