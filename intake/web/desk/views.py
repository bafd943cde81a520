"""The coordinators' desk: the list that answers "what now", and one case on one screen."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from intake.domain.errors import InvalidRequest
from intake.services.deployment import deployment
from intake.services.worklist import open_case
from intake.services.worklist import worklist as read_worklist
from intake.web.desk.decisions import DECISIONS, Press
from intake.web.desk.forms import AcceptForm, MessageForm, ReasonForm, ReferForm
from intake.web.desk.positions import position, position_text
from intake.web.desk.screens import case_screen
from intake.web.guards import Audience, actor, audience, now
from intake.web.locale import speak_desk_language
from intake.web.words import fault_sentence

desk = Blueprint("desk", __name__, url_prefix="/desk")
speak_desk_language(desk)


@desk.get("/")
@audience(Audience.DESK)
def worklist() -> str:
    found = read_worklist(deployment(), actor(), now(), position(request.args.get("after")))
    following = url_for("desk.worklist", after=position_text(found.next)) if found.next else None
    unreleased = len(deployment().knowledge.unreleased_texts())
    return render_template("desk/worklist.html", rows=found.rows, next_page=following, unreleased=unreleased)


@desk.get("/cases/<uuid:case_id>/")
@audience(Audience.DESK)
def case(case_id: UUID) -> str:
    return _screen(case_id)


def _screen(case_id: UUID, action: str | None = None, form: FlaskForm | None = None) -> str:
    """The case; `form` is the one of `action` that was pressed and has faults."""
    view = open_case(deployment(), actor(), case_id, now())
    empty = {"refer": ReferForm, "message": MessageForm, "accept": AcceptForm, "reason": ReasonForm}
    fresh = {f"{name}_form": kind(formdata=None) for name, kind in empty.items()}
    return render_template("desk/case.html", case=case_screen(view), pressed=action, pressed_form=form, **fresh)


@desk.post("/cases/<uuid:case_id>/<action>/")
@audience(Audience.DESK)
def act(case_id: UUID, action: str) -> Response | tuple[str, int]:
    decision, version = DECISIONS.get(action), request.form.get("version", type=int)
    if decision is None or version is None:
        abort(404)
    form = decision.form()
    press = Press(deployment(), actor(), case_id, version, now())
    try:
        decision.do(press, form)
    except InvalidRequest as error:
        show_fault(form, error)
        return _screen(case_id, action, form), 422
    return redirect(url_for("desk.case", case_id=case_id), 303)


def show_fault(form: FlaskForm, error: InvalidRequest) -> None:
    sentence = fault_sentence(error.field, error.code)
    if error.field in form:
        form[error.field].errors = [sentence]
    else:
        form.form_errors = [sentence]


@desk.get("/texts/")
@audience(Audience.DESK)
def texts() -> str:
    return render_template("desk/texts.html", texts=deployment().knowledge.safety_texts.values())
