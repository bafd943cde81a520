"""A page to try a text on the router. What is typed there is answered and forgotten."""

from __future__ import annotations

from types import SimpleNamespace

from flask import render_template, request

from intake.domain.errors import InvalidRequest
from intake.services.assessment import Assessment
from intake.services.deployment import deployment
from intake.services.trial import Trial, assess_trial
from intake.web.desk.forms import TrialForm
from intake.web.desk.proposals import layers, marks, proposals
from intake.web.desk.views import desk, show_fault
from intake.web.guards import Audience, audience


@desk.route("/try/", methods=["GET", "POST"])
@audience(Audience.DESK)
def try_text() -> tuple[str, int]:
    form, answer = TrialForm(), None
    if request.method == "POST":
        typed = Trial(*(field.data or "" for field in (form.text, form.age, form.sex, form.place)))
        try:
            answer = _screen(*assess_trial(deployment().knowledge, typed))
        except InvalidRequest as error:
            show_fault(form, error)
    return render_template("desk/try.html", form=form, answer=answer), 422 if form.errors else 200


def _screen(text: str, assessment: Assessment) -> SimpleNamespace:
    shown = proposals(assessment)
    return SimpleNamespace(
        flags=assessment.screening.flags,
        recommendation=assessment.recommendation,
        marks=marks(text, assessment),
        proposals=shown,
        layers=layers(shown),
    )
