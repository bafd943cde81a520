"""What a coordinator decides about a case. Every decision carries a name and a reason where it must (trust C-4)."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain.access import Actor
from intake.domain.errors import InvalidRequest
from intake.domain.lifecycle import Stage
from intake.domain.network import Routable
from intake.domain.service_request import STORY_LIMIT, blank, clean
from intake.services.assessment import Assessment, from_json
from intake.services.case_steps import locked_case, place_on_worklist, step
from intake.services.correspondence import owe_contact
from intake.services.deployment import Deployment
from intake.services.learning import keep_outcome
from intake.services.transaction import transaction
from intake.store import cases, referrals
from intake.store.base import new_id
from intake.store.cases import Case
from intake.store.journal import record
from intake.store.messages import add_message


def refer(
    deployment: Deployment,
    actor: Actor,
    case_id: UUID,
    version: int,
    *,
    department: str,
    hospital: str,
    reason: str | None,
    now: datetime,
) -> None:
    """Confirm the proposal, or override it with a reason; from then on the patient sees hospital and department.

    Raises InvalidRequest: an unknown code, a hospital that takes nobody, a gate that stands, no reason to override.
    """
    check_route(deployment, department, hospital)
    with transaction() as session:
        case = open_for_triage(session, actor, case_id, version, now)
        if case.gate is not None:
            raise InvalidRequest("a gate stands", field="gate", code="gate_stands")
        assessment = assessment_of(session, deployment, case)
        best = assessment.best if assessment else None
        overridden = best is None or (best.department, best.hospital) != (department, hospital)
        text = _written(reason or "", "reason") if overridden else None
        route: dict[str, Any] = {"department": department, "hospital": hospital, "overridden": overridden}
        _decide(session, deployment, actor, case, "refer", now, text, **route)
        step(session, case, actor, "refer", now, **route)
        case.department, case.hospital, case.desk = department, hospital, hospital
        if assessment and best:
            language = assessment.recommendation.language or case.language
            keep_outcome(session, deployment.knowledge.lexicon, best, department, language, now)


def check_route(deployment: Deployment, department: str, hospital: str) -> None:
    network = deployment.knowledge.network
    if department not in network.departments or not network.departments[department].bookable:
        raise InvalidRequest("no such department, or nothing is booked there", field="department", code="unknown")
    if hospital not in network.hospitals or network.hospitals[hospital].routable is Routable.NEVER:
        raise InvalidRequest("no such hospital, or it takes nobody yet", field="hospital", code="unknown")


def lift_gate(deployment: Deployment, actor: Actor, case_id: UUID, version: int, *, reason: str, now: datetime) -> None:
    """A named person takes responsibility that the gate's condition does not hold. Raises InvalidRequest."""
    text = _written(reason, "reason")
    with transaction() as session:
        case = open_for_triage(session, actor, case_id, version, now)
        if case.gate is None:
            raise InvalidRequest("no gate stands", field="gate", code="no_gate")
        case.gate = None
        _decide(session, deployment, actor, case, "lift-gate", now, text)
        record(session, case.id, actor, "lift-gate", now)


def ask_patient(deployment: Deployment, actor: Actor, case_id: UUID, version: int, *, body: str, now: datetime) -> None:
    """Ask the patient's side something; the question stands behind the link, the mail only says that there is one."""
    text = _written(body, "body")
    with transaction() as session:
        case = open_for_triage(session, actor, case_id, version, now)
        message_id = _write(session, deployment, actor, case, text, now)
        step(session, case, actor, "ask-patient", now)
        owe_contact(session, deployment, case, "question", message_id, now)


def write_to_patient(
    deployment: Deployment, actor: Actor, case_id: UUID, version: int, *, body: str, now: datetime
) -> None:
    """A message that asks nothing and moves nothing; whoever waited for a word from the desk has it now."""
    text = _written(body, "body")
    with transaction() as session:
        case = locked_case(session, actor, case_id, version)
        message_id = _write(session, deployment, actor, case, text, now)
        place_on_worklist(case, now)
        record(session, case.id, actor, "message-written", now)
        owe_contact(session, deployment, case, "news", message_id, now)


def decline(deployment: Deployment, actor: Actor, case_id: UUID, version: int, *, body: str, now: datetime) -> None:
    """The network cannot take the case; the patient gets advice on what else to do."""
    text = _written(body, "body")
    with transaction() as session:
        case = open_for_triage(session, actor, case_id, version, now)
        message_id = _write(session, deployment, actor, case, text, now)
        step(session, case, actor, "conclude-not-accepted", now)
        owe_contact(session, deployment, case, "news", message_id, now)


def accept(deployment: Deployment, actor: Actor, case_id: UUID, version: int, *, physician: str, now: datetime) -> None:
    """The hospital takes the patient, on a named physician's word. Raises InvalidRequest without the name."""
    name = _written(physician, "physician")
    with transaction() as session:
        case = locked_case(session, actor, case_id, version)
        step(session, case, actor, "record-acceptance", now)
        _decide(session, deployment, actor, case, "record-acceptance", now, name)
        owe_contact(session, deployment, case, "request-accepted", case.version, now)


def return_to_triage(deployment: Deployment, actor: Actor, case_id: UUID, version: int, now: datetime) -> None:
    """The hospital declines the referral: the case is in triage again, and nothing is confirmed any more."""
    with transaction() as session:
        case = locked_case(session, actor, case_id, version)
        step(session, case, actor, "record-decline", now)
        case.department = case.hospital = None


def take_step(deployment: Deployment, actor: Actor, case_id: UUID, version: int, action: str, now: datetime) -> None:
    """An action of the table that needs nothing but the press (withdraw on the patient's word, start triage)."""
    with transaction() as session:
        case = locked_case(session, actor, case_id, version)
        step(session, case, actor, action, now)


def open_for_triage(session: Session, actor: Actor, case_id: UUID, version: int, now: datetime) -> Case:
    """The case in triage: the first decision opens it."""
    case = locked_case(session, actor, case_id, version)
    if case.stage in (Stage.SUBMITTED, Stage.AWAITING_PATIENT):
        step(session, case, actor, "start-triage", now)
    return case


def assessment_of(session: Session, deployment: Deployment, case: Case) -> Assessment | None:
    proposal = referrals.latest_proposal(session, case.id)
    if proposal is None:
        return None
    vault = cases.vault_of(session, deployment.keys, case.id)
    return from_json(vault.open("proposals.findings", proposal.id, proposal.findings))


def _written(text: str, field: str) -> str:
    kept = clean(text).strip()
    if blank(kept):
        raise InvalidRequest("must not be empty", field=field, code="required")
    if len(kept) > STORY_LIMIT:
        raise InvalidRequest("too long", field=field, code="too_long")
    return kept


def _write(session: Session, deployment: Deployment, actor: Actor, case: Case, body: str, now: datetime) -> UUID:
    vault = cases.vault_of(session, deployment.keys, case.id)
    return add_message(session, vault, case.id, author="desk", body=body, now=now, staff_id=actor.id)


def _decide(
    session: Session,
    deployment: Deployment,
    actor: Actor,
    case: Case,
    kind: str,
    now: datetime,
    words: str | None = None,
    **route: Any,
) -> None:
    """Keep a decision under its maker's name; `route` may hold department, hospital and overridden."""
    decision_id = new_id()
    vault = cases.vault_of(session, deployment.keys, case.id)
    session.add(
        referrals.Decision(
            id=decision_id,
            case_id=case.id,
            kind=kind,
            words=vault.seal("decisions.words", decision_id, words) if words else None,
            staff_id=actor.id,
            decided_at=now,
            **route,
        )
    )
