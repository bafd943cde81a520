"""A patient's request comes in: one commit holds the case, the alert, the journal and the mails that are owed."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from intake.domain.access import patient_actor
from intake.domain.case_number import case_number
from intake.domain.errors import KeyReused
from intake.domain.lifecycle import Role, Stage, target
from intake.domain.meaning import Encoder
from intake.domain.person import Patient, Relation, age_on
from intake.domain.red_flags import Alarm
from intake.domain.routing import RoutingInput
from intake.domain.service_request import ConsentKind, RequestRules, ServiceRequest, Wishes, parse
from intake.domain.worklist import ANSWER_WITHIN
from intake.services.access_codes import address_token, link_token
from intake.services.assessment import Assessment, assess
from intake.services.case_steps import place_on_worklist
from intake.services.correspondence import owe
from intake.services.deployment import Deployment
from intake.services.transaction import transaction
from intake.store import cases, people, referrals, staff
from intake.store.base import new_id, write_new
from intake.store.journal import record
from intake.store.sealing import Vault, as_json, fingerprint

FORM_VERSION = 1


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of a request. `department` and `hospital` are proposals, for staff and shell only."""

    case_id: UUID
    number: str
    stage: Stage
    alarm: Alarm | None
    gate: str | None
    department: str | None
    hospital: str | None
    answer_by: datetime
    repeated: bool = False


def rules(deployment: Deployment, today: date) -> RequestRules:
    network = deployment.knowledge.network
    return RequestRules(
        languages=deployment.known_languages,
        countries=deployment.knowledge.countries,
        departments=network.departments,
        hospitals=network.hospitals,
        today=today,
    )


def submit(deployment: Deployment, data: Mapping[str, Any], now: datetime, encoder: Encoder | None = None) -> Receipt:
    """Take one request in. Without `encoder` a worker looks at the proposal a second time.

    Raises RequestFaults (all faults), KeyReused when the key came before with other content.
    The same key with the same content gives the first receipt again, also when both arrive at once.
    """
    request = parse(data, rules(deployment, now.date()))
    asked = routing_input(request.story, request.language, request.patient, request.location, request.wishes, now)
    assessment = assess(asked, deployment.knowledge, encoder)  # before the transaction: SQLite has one writer at a time
    try:
        with transaction() as session:
            return _accept(session, deployment, request, now, assessment, looked_twice=encoder is not None)
    except IntegrityError as error:
        if "idempotency_key" not in str(error.orig):
            raise
    with transaction() as session:  # the same key was committed before
        receipt = _repeated(session, deployment, request)
    if receipt is None:
        raise KeyReused(field="idempotency_key")
    return receipt


def _repeated(session: Session, deployment: Deployment, request: ServiceRequest) -> Receipt | None:
    found = cases.by_key(session, request.idempotency_key)
    if found is None:
        return None
    case, row = found
    if row.content_hmac != _content_hmac(deployment, request):
        raise KeyReused("the key came before with other content", field="idempotency_key")
    return _receipt(case, repeated=True)


def _accept(
    session: Session,
    deployment: Deployment,
    request: ServiceRequest,
    now: datetime,
    assessment: Assessment,
    *,
    looked_twice: bool,
) -> Receipt:
    case = _new_case(deployment, request, assessment, now)
    case.refined_at = now if looked_twice else None
    case.follows_alarm = _earlier_alarm(session, deployment, request)
    place_on_worklist(case, now)
    session.add(case)
    vault, wrapped = deployment.keys.new_vault(case.id)
    cases.add_key(session, case.id, wrapped)
    _store_request(session, deployment, vault, case.id, request)
    _store_consents(session, deployment, case.id, request, now)
    store_proposal(session, vault, case.id, assessment, now)
    for purpose in ("mail", "receipt"):
        token = link_token(deployment.keys, case.id, purpose)
        session.add(staff.AccessLink(token_sha256=fingerprint(token), case_id=case.id, purpose=purpose))
    actor = patient_actor(case.id)
    record(session, case.id, actor, "submit", now, relation=request.contact.relation, language=request.language)
    if case.follows_alarm:
        record(session, case.id, actor, "follows-alarm", now)
    if assessment.alarm:
        record(session, case.id, actor, "alarm-raised", now, alarm=assessment.alarm)
    _owe_mails(session, deployment, case, request, now)
    write_new(session)
    return _receipt(case)


def _new_case(deployment: Deployment, request: ServiceRequest, assessment: Assessment, now: datetime) -> cases.Case:
    stage = target(Stage.DRAFT, "submit", Role.PATIENT)
    best = assessment.best
    return cases.Case(
        id=new_id(),
        number=case_number(secrets.token_bytes(5)),
        stage=stage,
        language=request.language,
        proposed_department=best.department if best else None,
        proposed_hospital=best.hospital if best else None,
        desk=_desk(deployment, request, best.hospital if best else None),
        alarm=assessment.alarm,
        screened=assessment.screening.screened,
        gate=assessment.recommendation.gate,
        human_first=assessment.recommendation.human_first,
        by_phone=request.contact.email is None,
        waiting_since=now,
        answer_by=now + ANSWER_WITHIN,
        submitted_at=now,
    )


def _earlier_alarm(session: Session, deployment: Deployment, request: ServiceRequest) -> UUID | None:
    """An open case of the same address that raised an alarm: a second try stays on top (trust C-2)."""
    if request.contact.email is None:
        return None
    return people.open_alarm_of(session, address_token(deployment.keys, request.contact.email))


def _desk(deployment: Deployment, request: ServiceRequest, proposed: str | None) -> str:
    """Whose coordinators work on the case: the proposed hospital, else the wished one, else the desk on duty."""
    return proposed or request.wishes.hospital or deployment.duty_hospital


def routing_input(
    story: str, language: str, patient: Patient, location: str, wishes: Wishes, now: datetime
) -> RoutingInput:
    return RoutingInput(
        text=story,
        language=language,
        age_years=age_on(patient.birth_date, now.date()),
        sex=patient.sex,
        place=location,
        wished_department=wishes.department,
        wished_hospital=wishes.hospital,
    )


def _content_hmac(deployment: Deployment, request: ServiceRequest) -> bytes:
    content = replace(request, idempotency_key="")
    return deployment.keys.digest("request-content", as_json(content))


def _store_request(
    session: Session, deployment: Deployment, vault: Vault, case_id: UUID, request: ServiceRequest
) -> None:
    details = {
        "story": request.story,
        "location": request.location,
        "wishes": request.wishes,
        "travel": request.travel,
    }
    session.add(
        cases.RequestRow(
            case_id=case_id,
            idempotency_key=request.idempotency_key,
            content_hmac=_content_hmac(deployment, request),
            form_version=FORM_VERSION,
            details=vault.seal("service_requests.details", case_id, details),
        )
    )
    people.add_patient(session, vault, case_id, request.patient)
    people.add_contact(session, vault, case_id, request.contact, address_token(deployment.keys, request.contact.email))


CONSENT_TEXTS: Mapping[Relation, str] = {
    Relation.SELF: "consent-health-data",
    Relation.PARENT: "consent-health-data-guardian",
    Relation.GUARDIAN: "consent-health-data-guardian",
}
"""Which consent text a writer agrees to; everybody else agrees as somebody whom the patient asked to write."""

CONSENT_FOR_OTHERS = "consent-health-data-other"


def _store_consents(
    session: Session, deployment: Deployment, case_id: UUID, request: ServiceRequest, now: datetime
) -> None:
    language = deployment.reader_language(request.language)
    code = CONSENT_TEXTS.get(request.contact.relation, CONSENT_FOR_OTHERS)
    text = deployment.knowledge.safety_texts[code]
    for kind in sorted(request.consents):
        session.add(
            people.Consent(
                case_id=case_id,
                kind=ConsentKind(kind),
                text_code=code,
                text_version=text.version,
                text_sha256=sha256(text.texts[language.tag].encode()).digest(),
                language=language.tag,
                given_by=request.contact.relation,
                given_at=now,
            )
        )


def store_proposal(session: Session, vault: Vault, case_id: UUID, assessment: Assessment, now: datetime) -> None:
    proposal_id = new_id()
    findings = vault.seal("proposals.findings", proposal_id, assessment)
    session.add(referrals.Proposal(id=proposal_id, case_id=case_id, findings=findings, proposed_at=now))


def _owe_mails(
    session: Session, deployment: Deployment, case: cases.Case, request: ServiceRequest, now: datetime
) -> None:
    if request.contact.email:
        if case.alarm:
            owe(session, deployment, case.id, "emergency-advice", "first", now)
        owe(session, deployment, case.id, "request-received", "first", now)
    owe(session, deployment, case.id, "desk-new-case", "first", now)


def _receipt(case: cases.Case, *, repeated: bool = False) -> Receipt:
    return Receipt(
        case_id=case.id,
        number=case.number,
        stage=Stage(case.stage),
        alarm=Alarm(case.alarm) if case.alarm else None,
        gate=case.gate,
        department=case.proposed_department,
        hospital=case.proposed_hospital,
        answer_by=case.answer_by,
        repeated=repeated,
    )
