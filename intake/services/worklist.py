"""What a coordinator reads: the list, and one case on one screen. Faces get frozen values, never rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from intake.domain.access import Actor
from intake.domain.lifecycle import Stage, decisions
from intake.domain.person import Contact, Patient, age_on
from intake.domain.worklist import Rank
from intake.services.assessment import Assessment
from intake.services.case_steps import case_for
from intake.services.deployment import Deployment
from intake.services.transaction import reading, transaction
from intake.services.triage import assessment_of
from intake.store import cases, people, referrals, worklists
from intake.store.cases import Case
from intake.store.journal import CaseEvent, events_of, record
from intake.store.messages import messages_of
from intake.store.sealing import Vault
from intake.store.staff import Staff
from intake.store.worklists import Position as Position

PAGE_ROWS = 50


@dataclass(frozen=True, slots=True)
class WorklistRow:
    """One line of the list. `department` and `hospital` are the confirmed ones, else the proposed ones."""

    id: UUID
    number: str
    stage: Stage
    alarm: str | None
    follows_alarm: UUID | None
    not_screened: bool
    human_first: bool
    gate: str | None
    waiting_by_phone: bool
    age: int
    sex: str
    patient_name: str
    language: str
    department: str | None
    hospital: str | None
    confirmed: bool
    our_turn: bool
    since: datetime
    due: datetime
    overdue: bool


@dataclass(frozen=True, slots=True)
class Worklist:
    rows: tuple[WorklistRow, ...]
    next: Position | None


def worklist(deployment: Deployment, actor: Actor, now: datetime, after: Position | None = None) -> Worklist:
    """A page of the open cases that the actor may see, most urgent first."""
    with reading() as session:
        found = worklists.page(session, actor, after, PAGE_ROWS + 1)
        shown = found[:PAGE_ROWS]
        vaults = cases.vaults_of(session, deployment.keys, [case.id for case, _ in shown])
        rows = tuple(_row(case, person, vaults[case.id], now) for case, person in shown)
        last = shown[-1][0] if len(found) > PAGE_ROWS else None
        following = Position(last.rank or 0, last.waiting_since, last.id) if last else None
    return Worklist(rows, following)


def _row(case: Case, person: people.Person, vault: Vault, now: datetime) -> WorklistRow:
    patient = people.patient_from(people.identity_of(vault, person))
    our_turn = case.rank is not None and case.rank < Rank.OTHERS
    return WorklistRow(
        id=case.id,
        number=case.number,
        stage=Stage(case.stage),
        alarm=case.alarm,
        follows_alarm=case.follows_alarm,
        not_screened=not case.screened,
        human_first=case.human_first,
        gate=case.gate,
        waiting_by_phone=case.by_phone,
        age=age_on(patient.birth_date, now.date()),
        sex=patient.sex,
        patient_name=full_name(patient),
        language=case.language,
        department=case.department or case.proposed_department,
        hospital=case.hospital or case.proposed_hospital,
        confirmed=case.hospital is not None,
        our_turn=our_turn,
        since=case.waiting_since,
        due=case.answer_by,
        overdue=our_turn and now > case.answer_by,
    )


def full_name(patient: Patient) -> str:
    return " ".join(part for part in (patient.given_name, patient.family_name) if part)


@dataclass(frozen=True, slots=True)
class MessageView:
    author: str
    author_name: str | None
    body: str
    language: str | None
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class DecisionView:
    kind: str
    by: str
    at: datetime
    department: str | None
    hospital: str | None
    overridden: bool
    words: str | None


@dataclass(frozen=True, slots=True)
class ConsentView:
    kind: str
    text_code: str
    text_version: int
    language: str
    given_by: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class JournalLine:
    """Who did what; `by` is a staff member's name, or None for the patient's side and the clock."""

    at: datetime
    actor: str
    by: str | None
    action: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class CaseView:
    """Everything on the case's one screen."""

    row: WorklistRow
    version: int
    actions: tuple[str, ...]
    story: str
    location: str
    wishes: dict[str, Any]
    travel: dict[str, Any]
    patient: Patient
    contact: Contact
    email_verified: bool
    consents: tuple[ConsentView, ...]
    assessment: Assessment | None
    decisions: tuple[DecisionView, ...]
    messages: tuple[MessageView, ...]
    journal: tuple[JournalLine, ...]

    @property
    def referral(self) -> DecisionView | None:
        confirmed = [decision for decision in self.decisions if decision.kind == "refer"]
        return confirmed[-1] if confirmed and self.row.confirmed else None


def open_case(deployment: Deployment, actor: Actor, case_id: UUID, now: datetime) -> CaseView:
    """The whole case; that it was read is journaled. Raises NotFound for absent and foreign cases alike."""
    with transaction() as session:
        case = case_for(session, actor, case_id)
        record(session, case.id, actor, "read", now)
    with reading() as session:
        return _view(session, deployment, actor, session.get_one(Case, case_id), now)


def _view(session: Session, deployment: Deployment, actor: Actor, case: Case, now: datetime) -> CaseView:
    vault = cases.vault_of(session, deployment.keys, case.id)
    details = cases.details_of(session, vault, case.id)
    person = people.person_of(session, case.id, "patient")
    contact, verified = people.contact_of(session, vault, case.id)
    assessment = assessment_of(session, deployment, case)
    events = events_of(session, case.id)
    decided = referrals.decisions_of(session, case.id)
    written = messages_of(session, vault, case.id)
    names = staff_names(session, {event.actor_id for event in events if event.actor == "staff"})
    return CaseView(
        row=_row(case, person, vault, now),
        version=case.version,
        actions=decisions(Stage(case.stage), actor.life_cycle_role),
        story=details["story"],
        location=details["location"],
        wishes=details["wishes"],
        travel=details["travel"],
        patient=people.patient_from(people.identity_of(vault, person)),
        contact=contact,
        email_verified=verified,
        consents=tuple(_consent(row) for row in people.consents_of(session, case.id)),
        assessment=assessment,
        decisions=tuple(_decision(row, vault, names) for row in decided),
        messages=tuple(
            MessageView(row.author, names.get(row.staff_id), body, row.language, row.sent_at) for row, body in written
        ),
        journal=tuple(_journal_line(event, names) for event in events),
    )


def staff_names(session: Session, ids: set[UUID | None]) -> dict[UUID | None, str]:
    known = ids - {None}
    found = session.scalars(select(Staff).where(Staff.id.in_(known))) if known else ()
    return {person.id: person.name for person in found}


def _consent(row: people.Consent) -> ConsentView:
    return ConsentView(row.kind, row.text_code, row.text_version, row.language, row.given_by, row.given_at)


def _decision(row: referrals.Decision, vault: Vault, names: dict[UUID | None, str]) -> DecisionView:
    words = vault.open("decisions.words", row.id, row.words) if row.words else None
    by = names.get(row.staff_id, "")
    return DecisionView(row.kind, by, row.decided_at, row.department, row.hospital, row.overridden, words)


def _journal_line(event: CaseEvent, names: dict[UUID | None, str]) -> JournalLine:
    return JournalLine(event.at, event.actor, names.get(event.actor_id), event.action, event.detail)
