"""The patient's side: in by link and return code, then their own page.

A link alone opens nothing (trust S-06). The return code proves who sent the request; entered after the mailed link it
also proves the address. From then on a short code can be mailed instead.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain.access import Actor, patient_actor
from intake.domain.case_number import case_number_as_typed, read
from intake.domain.errors import InvalidRequest, SignInRefused
from intake.domain.lifecycle import Role, Stage, actions
from intake.domain.red_flags import Alarm
from intake.domain.service_request import STORY_LIMIT, blank, clean
from intake.services.access_codes import mailed_code, return_code
from intake.services.assessment import screened
from intake.services.case_steps import case_for, locked_case, place_on_worklist, step
from intake.services.correspondence import owe
from intake.services.deployment import Deployment
from intake.services.sessions import PORTAL_LIFE, check_tries, count_try, open_session
from intake.services.transaction import reading, transaction
from intake.services.worklist import MessageView, staff_names
from intake.store import cases, people, staff
from intake.store.base import new_id
from intake.store.cases import Case
from intake.store.journal import record
from intake.store.messages import add_message, messages_of
from intake.store.sealing import fingerprint
from intake.store.staff import SignInCode

CODE_LIFE = timedelta(minutes=10)
CODES_AN_HOUR = 5
TRIES_A_CODE = 5
TRIES, TRIES_WINDOW = 20, timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Door:
    """Where a link leads: to a form that asks for a code, and says nothing else."""

    case_id: UUID
    mailed: bool
    mailed_code_possible: bool


def door(token: str) -> Door | None:
    """The door behind a link, None when there is none. Reading it changes nothing."""
    with reading() as session:
        link = staff.link_by_token(session, token)
        if link is None:
            return None
        point = people.email_point(session, link.case_id)
        verified = point is not None and point.verified_at is not None
        return Door(link.case_id, link.purpose == "mail", verified)


def enter_by_link(deployment: Deployment, token: str, typed: str, origin: str, now: datetime) -> str:
    """Sign in with the link and the return code. Raises SignInRefused, TooManyTries; returns the session's token."""
    found = door(token)
    return _enter(deployment, found.case_id if found else None, typed, origin, now, mailed=bool(found and found.mailed))


def enter_by_number(deployment: Deployment, number: str, typed: str, origin: str, now: datetime) -> str:
    """Sign in with the case number and the return code, for people without e-mail."""
    with reading() as session:
        case = cases.by_number(session, case_number_as_typed(number))
        case_id = case.id if case else None
    return _enter(deployment, case_id, typed, origin, now, mailed=False)


def _enter(
    deployment: Deployment, case_id: UUID | None, typed: str, origin: str, now: datetime, *, mailed: bool
) -> str:
    """An unknown case takes the same way as a wrong code (trust S-08)."""
    with reading() as session:
        check_tries(session, origin, now, TRIES, TRIES_WINDOW)
    expected = return_code(deployment.keys, case_id or UUID(int=0))
    right = hmac.compare_digest(read(expected).encode(), read(typed).encode())
    if not right or case_id is None:
        count_try(origin, now)
        raise SignInRefused()
    with transaction() as session:
        if mailed:
            _verify_address(session, case_id, now)
        return _open_portal(session, case_id, now)


def _verify_address(session: Session, case_id: UUID, now: datetime) -> None:
    point = people.email_point(session, case_id)
    if point is not None and point.verified_at is None:
        point.verified_at = now
        record(session, case_id, patient_actor(case_id), "address-verified", now)


def _open_portal(session: Session, case_id: UUID, now: datetime) -> str:
    record(session, case_id, patient_actor(case_id), "signed-in", now)
    return open_session(session, now, PORTAL_LIFE, case_id=case_id)


def send_code(deployment: Deployment, token: str, browser: str, now: datetime) -> None:
    """Mail a short code to a verified address; for any other link nothing happens, and nobody can tell."""
    found = door(token)
    if found is None or not found.mailed_code_possible:
        return
    with transaction() as session:
        subject = f"codes:{found.case_id}"
        if staff.tries_since(session, subject, now - timedelta(hours=1)) >= CODES_AN_HOUR:
            return
        session.add(staff.SignInTry(subject=subject, at=now))
        code = SignInCode(
            id=new_id(), case_id=found.case_id, browser_sha256=fingerprint(browser), expires_at=now + CODE_LIFE
        )
        session.add(code)
        session.flush()
        owe(session, deployment, found.case_id, "sign-in-code", code.id, now, reference=code.id)


def enter_by_mailed_code(deployment: Deployment, token: str, browser: str, typed: str, now: datetime) -> str:
    """Sign in with the mailed code, in the browser that asked for it. Raises SignInRefused, TooManyTries."""
    found = door(token)
    digits = "".join(char for char in typed if char.isdigit())
    with transaction() as session:
        code = staff.live_code(session, found.case_id, fingerprint(browser), now) if found else None
        if code is not None:
            check_tries(session, f"code:{code.id}", now, TRIES_A_CODE, CODE_LIFE)
            if hmac.compare_digest(mailed_code(deployment.keys, code.id).encode(), digits.encode()):
                code.used_at = now
                return _open_portal(session, code.case_id, now)
        subject = f"code:{code.id}" if code else None
    if subject is not None:
        count_try(subject, now)
    raise SignInRefused()


@dataclass(frozen=True, slots=True)
class PortalCase:
    """What the patient's side sees; hospital and department only once a named person confirmed them (trust C-4)."""

    number: str
    stage: Stage
    location: str
    language: str
    alarm: Alarm | None
    gate: str | None
    hospital: str | None
    department: str | None
    answer_by: datetime
    messages: tuple[MessageView, ...]
    may_write: bool
    may_withdraw: bool


def portal_case(deployment: Deployment, actor: Actor) -> PortalCase:
    """The actor's own case. Raises NotFound."""
    with reading() as session:
        case = case_for(session, actor, actor.own_case)
        vault = cases.vault_of(session, deployment.keys, case.id)
        written = messages_of(session, vault, case.id)
        names = staff_names(session, {row.staff_id for row, _ in written})
        possible = actions(Stage(case.stage), Role.PATIENT)
        return PortalCase(
            number=case.number,
            stage=Stage(case.stage),
            location=cases.details_of(session, vault, case.id)["location"],
            language=case.language,
            alarm=Alarm(case.alarm) if case.alarm else None,
            gate=case.gate,
            hospital=case.hospital,
            department=case.department,
            answer_by=case.answer_by,
            messages=tuple(
                MessageView(row.author, names.get(row.staff_id), body, row.language, row.sent_at)
                for row, body in written
            ),
            may_write=cases.is_open(case),
            may_withdraw="withdraw" in possible,
        )


def write(deployment: Deployment, actor: Actor, body: str, language: str, now: datetime) -> Alarm | None:
    """A message from the patient's side; it is screened like the first story (trust H10). Returns a raised alarm.

    Raises InvalidRequest, NotFound. An answer to a question puts the case back into triage.
    """
    text = clean(body).strip()
    if blank(text):
        raise InvalidRequest("must not be empty", field="body", code="required")
    if len(text) > STORY_LIMIT:
        raise InvalidRequest("too long", field="body", code="too_long")
    screening = screened(text, deployment.knowledge)
    alarm = Alarm.CRISIS if screening.crisis else Alarm.EMERGENCY if screening.emergency else None
    with transaction() as session:
        case = locked_case(session, actor, actor.own_case)
        if not cases.is_open(case):
            raise InvalidRequest("the case has ended", field="body", code="case_ended")
        vault = cases.vault_of(session, deployment.keys, case.id)
        message_id = add_message(session, vault, case.id, author="patient", body=text, now=now, language=language)
        record(session, case.id, actor, "message-written", now)
        _raise(session, case, actor, alarm, screening.screened, now)
        if "answer" in actions(Stage(case.stage), Role.PATIENT):
            step(session, case, actor, "answer", now)
        else:
            place_on_worklist(case, now, unread=True)
        owe(session, deployment, case.id, "desk-message", message_id, now)
        if alarm and people.email_point(session, case.id):
            owe(session, deployment, case.id, "emergency-advice", message_id, now)
    return alarm


def _raise(session: Session, case: Case, actor: Actor, alarm: Alarm | None, was_screened: bool, now: datetime) -> None:
    if alarm is not None:
        case.alarm = alarm
        record(session, case.id, actor, "alarm-raised", now, alarm=alarm)
    case.screened = case.screened and was_screened


def withdraw(actor: Actor, now: datetime) -> None:
    """The patient's side takes the request back."""
    with transaction() as session:
        case = locked_case(session, actor, actor.own_case)
        step(session, case, actor, "withdraw", now)
