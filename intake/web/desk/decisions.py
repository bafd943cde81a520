"""What a press of a button means: life-cycle action → form and use case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_wtf import FlaskForm

from intake.domain.access import Actor
from intake.services import triage
from intake.services.deployment import Deployment
from intake.web.desk.forms import AcceptForm, MessageForm, ReasonForm, ReferForm


@dataclass(frozen=True, slots=True)
class Press:
    """Who pressed what, on which version of which case."""

    deployment: Deployment
    actor: Actor
    case_id: UUID
    version: int
    now: datetime

    @property
    def place(self) -> tuple[Deployment, Actor, UUID, int]:
        return self.deployment, self.actor, self.case_id, self.version


@dataclass(frozen=True, slots=True)
class Decision:
    form: type[FlaskForm]
    do: Callable[[Press, Any], None]


def _refer(press: Press, form: ReferForm) -> None:
    department, hospital = form.department.data or "", form.hospital.data or ""
    triage.refer(*press.place, department=department, hospital=hospital, reason=form.reason.data, now=press.now)


DECISIONS: dict[str, Decision] = {
    "refer": Decision(ReferForm, _refer),
    "ask-patient": Decision(
        MessageForm, lambda press, form: triage.ask_patient(*press.place, body=form.body.data or "", now=press.now)
    ),
    "message": Decision(
        MessageForm,
        lambda press, form: triage.write_to_patient(*press.place, body=form.body.data or "", now=press.now),
    ),
    "conclude-not-accepted": Decision(
        MessageForm, lambda press, form: triage.decline(*press.place, body=form.body.data or "", now=press.now)
    ),
    "record-acceptance": Decision(
        AcceptForm, lambda press, form: triage.accept(*press.place, physician=form.physician.data or "", now=press.now)
    ),
    "record-decline": Decision(FlaskForm, lambda press, form: triage.return_to_triage(*press.place, press.now)),
    "lift-gate": Decision(
        ReasonForm, lambda press, form: triage.lift_gate(*press.place, reason=form.reason.data or "", now=press.now)
    ),
    "start-triage": Decision(FlaskForm, lambda press, form: triage.take_step(*press.place, "start-triage", press.now)),
    "mark-as-error": Decision(
        FlaskForm, lambda press, form: triage.take_step(*press.place, "mark-as-error", press.now)
    ),
    "withdraw": Decision(FlaskForm, lambda press, form: triage.take_step(*press.place, "withdraw", press.now)),
}
"""The steps that have a page so far; the other actions of the table get theirs with the issues that need them."""
