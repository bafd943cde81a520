"""The life-cycle of a case and of a mail, each as one table.

Buttons, guards, CHECK constraints, docs/lifecycle.md and tests are made from these rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from intake.domain.errors import ActionNotAllowed


class Role(StrEnum):
    """Who acts: the patient's side, a coordinator, an administrator, the clock."""

    PATIENT = "patient"
    COORDINATOR = "coordinator"
    ADMINISTRATOR = "administrator"
    CLOCK = "clock"


class Stage(StrEnum):
    """FHIR Task.businessStatus of the case."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    IN_TRIAGE = "in-triage"
    AWAITING_PATIENT = "awaiting-patient"
    REFERRED = "referred"
    ACCEPTED = "accepted"
    OFFERED = "offered"
    ARRANGING_TRAVEL = "arranging-travel"
    SCHEDULED = "scheduled"
    IN_CARE = "in-care"
    FOLLOW_UP = "follow-up"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    NOT_ACCEPTED = "not-accepted"
    ENTERED_IN_ERROR = "entered-in-error"


@dataclass(frozen=True, slots=True)
class Step:
    """One allowed action: from `stage`, `role` may do `action`, and the case is then in `target`."""

    stage: Stage
    action: str
    role: Role
    target: Stage


P, C, A, K = Role.PATIENT, Role.COORDINATOR, Role.ADMINISTRATOR, Role.CLOCK

_WITHDRAWABLE = (
    Stage.SUBMITTED,
    Stage.IN_TRIAGE,
    Stage.AWAITING_PATIENT,
    Stage.REFERRED,
    Stage.ACCEPTED,
    Stage.OFFERED,
    Stage.ARRANGING_TRAVEL,
    Stage.SCHEDULED,
    Stage.IN_CARE,
)

STEPS: tuple[Step, ...] = (
    Step(Stage.DRAFT, "submit", P, Stage.SUBMITTED),
    Step(Stage.DRAFT, "expire", K, Stage.WITHDRAWN),
    Step(Stage.SUBMITTED, "start-triage", C, Stage.IN_TRIAGE),
    Step(Stage.IN_TRIAGE, "ask-patient", C, Stage.AWAITING_PATIENT),
    Step(Stage.IN_TRIAGE, "refer", C, Stage.REFERRED),
    Step(Stage.IN_TRIAGE, "conclude-not-accepted", C, Stage.NOT_ACCEPTED),
    Step(Stage.AWAITING_PATIENT, "answer", P, Stage.IN_TRIAGE),
    Step(Stage.AWAITING_PATIENT, "start-triage", C, Stage.IN_TRIAGE),
    Step(Stage.REFERRED, "record-acceptance", C, Stage.ACCEPTED),
    Step(Stage.REFERRED, "record-decline", C, Stage.IN_TRIAGE),
    Step(Stage.REFERRED, "transfer", C, Stage.REFERRED),
    Step(Stage.ACCEPTED, "make-offer", C, Stage.OFFERED),
    Step(Stage.ACCEPTED, "conclude-not-accepted", C, Stage.NOT_ACCEPTED),
    Step(Stage.OFFERED, "accept-offer", P, Stage.ARRANGING_TRAVEL),
    Step(Stage.OFFERED, "ask-for-change", P, Stage.ACCEPTED),
    Step(Stage.OFFERED, "expire", K, Stage.ACCEPTED),
    Step(Stage.ARRANGING_TRAVEL, "issue-letter", C, Stage.ARRANGING_TRAVEL),
    Step(Stage.ARRANGING_TRAVEL, "tick-item", C, Stage.ARRANGING_TRAVEL),
    Step(Stage.ARRANGING_TRAVEL, "record-visa-refused", C, Stage.ARRANGING_TRAVEL),
    Step(Stage.ARRANGING_TRAVEL, "schedule", C, Stage.SCHEDULED),
    Step(Stage.ARRANGING_TRAVEL, "conclude-not-accepted", C, Stage.NOT_ACCEPTED),
    Step(Stage.SCHEDULED, "reschedule", C, Stage.SCHEDULED),
    Step(Stage.SCHEDULED, "record-arrival", C, Stage.IN_CARE),
    Step(Stage.SCHEDULED, "record-no-show", C, Stage.ARRANGING_TRAVEL),
    Step(Stage.IN_CARE, "discharge", C, Stage.FOLLOW_UP),
    Step(Stage.FOLLOW_UP, "answer-questionnaire", P, Stage.FOLLOW_UP),
    Step(Stage.FOLLOW_UP, "close", C, Stage.CLOSED),
    Step(Stage.FOLLOW_UP, "close", K, Stage.CLOSED),
    *(Step(stage, "withdraw", role, Stage.WITHDRAWN) for stage in _WITHDRAWABLE for role in (P, C)),
    *(Step(stage, "mark-as-error", A, Stage.ENTERED_IN_ERROR) for stage in (*_WITHDRAWABLE, Stage.FOLLOW_UP)),
)

_TARGETS = {(step.stage, step.action, step.role): step.target for step in STEPS}

ENDED = frozenset(Stage) - {step.stage for step in STEPS}
"""Stages that no action leaves."""


def actions(stage: Stage, role: Role) -> tuple[str, ...]:
    """What `role` may do now, in the order of the table: the buttons of the page."""
    return tuple(step.action for step in STEPS if (step.stage, step.role) == (stage, role))


def decisions(stage: Stage, role: Role) -> tuple[str, ...]:
    """What `role` may decide now: a case that nobody has opened yet is put into triage by the first decision itself."""
    if (stage, "start-triage", role) in _TARGETS and stage is Stage.SUBMITTED:
        return actions(Stage.IN_TRIAGE, role)
    return actions(stage, role)


def target(stage: Stage, action: str, role: Role) -> Stage:
    """The stage after the action. Raises ActionNotAllowed when the table has no such row."""
    try:
        return _TARGETS[stage, action, role]
    except KeyError:
        raise ActionNotAllowed(f"{role} may not {action} in stage {stage}") from None


class MailState(StrEnum):
    """The eleven states of an outbox message."""

    READY = "ready"
    CLAIMED = "claimed"
    IN_DATA = "in_data"
    SENT = "sent"
    DELIVERED = "delivered"
    TEMPORARY_FAILURE = "temporary_failure"
    PERMANENT_FAILURE = "permanent_failure"
    TECHNICAL_FAILURE = "technical_failure"
    UNDECIDED = "undecided"
    CANCELLED = "cancelled"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class MailStep:
    """One allowed move of a mail: in `state`, `event` leads to `target`."""

    state: MailState
    event: str
    target: MailState


MAIL_STEPS: tuple[MailStep, ...] = (
    MailStep(MailState.READY, "claim", MailState.CLAIMED),
    MailStep(MailState.READY, "cancel", MailState.CANCELLED),
    MailStep(MailState.READY, "hold", MailState.HELD),
    MailStep(MailState.TEMPORARY_FAILURE, "claim", MailState.CLAIMED),
    MailStep(MailState.TEMPORARY_FAILURE, "cancel", MailState.CANCELLED),
    MailStep(MailState.TEMPORARY_FAILURE, "release", MailState.READY),
    MailStep(MailState.CLAIMED, "lease-ended", MailState.READY),
    MailStep(MailState.CLAIMED, "start-data", MailState.IN_DATA),
    MailStep(MailState.CLAIMED, "refused-for-now", MailState.TEMPORARY_FAILURE),
    MailStep(MailState.CLAIMED, "refused", MailState.PERMANENT_FAILURE),
    MailStep(MailState.CLAIMED, "broken", MailState.TECHNICAL_FAILURE),
    MailStep(MailState.CLAIMED, "outdated", MailState.CANCELLED),
    MailStep(MailState.IN_DATA, "taken", MailState.SENT),
    MailStep(MailState.IN_DATA, "refused-for-now", MailState.TEMPORARY_FAILURE),
    MailStep(MailState.IN_DATA, "refused", MailState.PERMANENT_FAILURE),
    MailStep(MailState.IN_DATA, "lease-ended", MailState.UNDECIDED),
    MailStep(MailState.UNDECIDED, "found-at-relay", MailState.SENT),
    MailStep(MailState.UNDECIDED, "not-at-relay", MailState.READY),
    MailStep(MailState.UNDECIDED, "release", MailState.READY),
    MailStep(MailState.SENT, "delivery-report", MailState.DELIVERED),
    MailStep(MailState.SENT, "bounce", MailState.PERMANENT_FAILURE),
    MailStep(MailState.PERMANENT_FAILURE, "release", MailState.READY),
    MailStep(MailState.TECHNICAL_FAILURE, "release", MailState.READY),
    MailStep(MailState.HELD, "release", MailState.READY),
    MailStep(MailState.HELD, "cancel", MailState.CANCELLED),
)

_MAIL_TARGETS = {(step.state, step.event): step.target for step in MAIL_STEPS}


def mail_target(state: MailState, event: str) -> MailState:
    """The state after the event. Raises ActionNotAllowed when the table has no such row."""
    try:
        return _MAIL_TARGETS[state, event]
    except KeyError:
        raise ActionNotAllowed(f"a mail in state {state} cannot take {event}") from None


def mail_states_before(event: str) -> tuple[MailState, ...]:
    """The states in which `event` is allowed: the guard of every UPDATE on the outbox."""
    return tuple(step.state for step in MAIL_STEPS if step.event == event)
