"""The patient's page and its doors. No GET changes anything; a link alone shows a form that asks for a code."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

from flask import Blueprint, abort, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import StringField, TextAreaField

from intake.domain.errors import InvalidRequest, SignInRefused, TooManyTries
from intake.domain.lifecycle import Stage
from intake.domain.red_flags import Alarm
from intake.rendering.safety import advice, safety_text
from intake.services import portal as services
from intake.services.deployment import deployment
from intake.services.sessions import end_session, new_secret
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
from intake.web.locale import current_language, speak_address_language
from intake.web.words import STATUS, TOO_MANY_TRIES, fault_sentence

portal = Blueprint("portal", __name__, url_prefix="/<language>")
speak_address_language(portal)


class NumberForm(FlaskForm):
    case_number = StringField(_l("Case number"))
    return_code = StringField(_l("Return code"))


class LinkForm(FlaskForm):
    return_code = StringField(_l("Return code"))


class CodeForm(FlaskForm):
    code = StringField(_l("Code from the e-mail"))


class MessageForm(FlaskForm):
    body = TextAreaField(_l("Your message"))


@portal.route("/return/", methods=["GET", "POST"])
@audience(Audience.PUBLIC)
def by_number() -> str | Response | tuple[str, int]:
    form = NumberForm()

    def enter() -> str:
        typed = form.return_code.data or ""
        return services.enter_by_number(deployment(), form.case_number.data or "", typed, origin(), now())

    return _try(form, form.return_code, enter) or (render_template("public/return.html", form=form), _status(form))


@portal.route("/case/<token>/", methods=["GET", "POST"])
@audience(Audience.PUBLIC)
def by_link(token: str) -> str | Response | tuple[str, int]:
    form = LinkForm()
    door = services.door(token)
    if door is None:
        abort(404)

    def enter() -> str:
        return services.enter_by_link(deployment(), token, form.return_code.data or "", origin(), now())

    shown = {"form": form, "token": token, "mailed_code_possible": door.mailed_code_possible}
    return _try(form, form.return_code, enter) or (render_template("public/link.html", **shown), _status(form))


@portal.post("/case/<token>/code/")
@audience(Audience.PUBLIC)
def send_code(token: str) -> Response:
    session["browser"] = browser = session.get("browser") or new_secret()
    services.send_code(deployment(), token, browser, now())
    return redirect(url_for("portal.by_code", token=token), 303)


@portal.route("/case/<token>/code/enter/", methods=["GET", "POST"])
@audience(Audience.PUBLIC)
def by_code(token: str) -> str | Response | tuple[str, int]:
    form = CodeForm()

    def enter() -> str:
        browser = session.get("browser", "")
        return services.enter_by_mailed_code(deployment(), token, browser, form.code.data or "", now())

    return _try(form, form.code, enter) or (render_template("portal/code.html", form=form, token=token), _status(form))


def _try(form: FlaskForm, field: StringField, enter: Callable[[], str]) -> Response | None:
    """The patient's page when the door opens; None when the form is to be shown, with its error if there was one."""
    if request.method != "POST" or not form.validate():
        return None
    try:
        token = enter()
    except SignInRefused:
        field.errors = [_("This does not match. Please compare each character with what you wrote down or received.")]
        return None
    except TooManyTries:
        field.errors = [str(TOO_MANY_TRIES)]
        return None
    renew_session()
    response = redirect(url_for("portal.case"), 303)
    set_session_cookie(response, "portal", token)
    return response


def _status(form: FlaskForm) -> int:
    return 422 if form.errors else 200


@portal.get("/my/")
@audience(Audience.PORTAL)
def case() -> str:
    return _page(MessageForm())


def _page(form: MessageForm) -> str:
    found = services.portal_case(deployment(), actor())
    knowledge, language = deployment().knowledge, current_language()
    waits_for_patient = found.stage is Stage.AWAITING_PATIENT
    view = SimpleNamespace(
        number=found.number,
        status=STATUS[found.stage],
        waiting_for="patient" if waits_for_patient else "desk",
        answer_by=found.answer_by if found.stage in (Stage.SUBMITTED, Stage.IN_TRIAGE) else None,
        hospital=found.hospital,
        department=found.department,
        gate_text=gate_text(found.gate),
        advice=advice(knowledge, found.alarm, found.location, language) if found.alarm else None,
        messages=found.messages,
        can_answer=found.may_write,
        can_withdraw=found.may_withdraw,
    )
    return render_template("portal/case.html", case=view, form=form)


def gate_text(code: str | None) -> str | None:
    """The text of law that the patient reads while a gate stands; not every gate has one."""
    knowledge = deployment().knowledge
    gate = knowledge.network.gates.get(code or "")
    shown_as_advice = code in set(Alarm)
    if gate is None or gate.text is None or shown_as_advice:
        return None
    return safety_text(knowledge, gate.text, current_language())


@portal.post("/my/messages/")
@audience(Audience.PORTAL)
def write() -> Response | tuple[str, int]:
    form = MessageForm()
    if form.validate():
        try:
            services.write(deployment(), actor(), form.body.data or "", current_language().tag, now())
            return redirect(url_for("portal.case"), 303)
        except InvalidRequest as error:
            form.body.errors = [fault_sentence(error.field, error.code)]
    return _page(form), 422


@portal.post("/my/withdraw/")
@audience(Audience.PORTAL)
def withdraw() -> Response:
    services.withdraw(actor(), now())
    return redirect(url_for("portal.case"), 303)


@portal.post("/my/sign-out/")
@audience(Audience.PORTAL)
def sign_out() -> Response:
    end_session(session_token("portal"), now())
    renew_session()
    response = redirect(url_for("public.form"), 303)
    clear_session_cookie(response, "portal")
    return response
