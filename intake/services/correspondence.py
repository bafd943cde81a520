"""Which mails there are, who reads each, and which facts it may state.

A mail is owed in the transaction of its event and told apart by case, kind and occurrence. Its facts are gathered when
it is sent, for its reader; facts of None mean that it is no longer true and will not be sent. No mail names a
department, a procedure or an illness; a hospital only after a named person confirmed it (trust C-4, e-8).
To add one: a template, a row in MAILS, a call of `owe`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain.languages import Language, in_language
from intake.domain.red_flags import Alarm
from intake.domain.worklist import Rank
from intake.rendering.safety import advice
from intake.services.access_codes import link_token, mailed_code
from intake.services.deployment import Deployment
from intake.store import cases, people
from intake.store.base import new_id
from intake.store.cases import Case
from intake.store.claims import database_now
from intake.store.outbox import OutboxMessage, add_message
from intake.store.staff import SignInCode

Facts = Mapping[str, object]


class Reader(StrEnum):
    CONTACT = "contact"
    DESK = "desk"


@dataclass(frozen=True, slots=True)
class Writing:
    """What a mail is made from at the moment of sending."""

    session: Session
    deployment: Deployment
    case: Case
    mail: OutboxMessage
    language: Language

    def patient_link(self) -> str:
        token = link_token(self.deployment.keys, self.case.id, "mail")
        return f"{self.deployment.public_url}/{self.language.url}/case/{token}/"

    def desk_link(self) -> str:
        return f"{self.deployment.public_url}/desk/cases/{self.case.id}/"


@dataclass(frozen=True, slots=True)
class MailKind:
    reader: Reader
    facts: Callable[[Writing], Facts | None]


def _for_patient(writing: Writing) -> Facts | None:
    return {"number": writing.case.number, "link": writing.patient_link(), "answer_by": writing.case.answer_by}


def _accepted(writing: Writing) -> Facts | None:
    """The hospital's name may stand here: a named person confirmed it and recorded its acceptance."""
    if writing.case.hospital is None or not cases.is_open(writing.case):
        return None
    names = writing.deployment.knowledge.network.hospitals[writing.case.hospital].names
    return {**(_for_patient(writing) or {}), "hospital": in_language(names, writing.language.tag)}


def _emergency_advice(writing: Writing) -> Facts | None:
    """The wording for an emergency also in a crisis: a mailbox may be shared, the page says the rest."""
    case, deployment = writing.case, writing.deployment
    if case.alarm is None:
        return None
    text = advice(deployment.knowledge, Alarm.EMERGENCY, _location(writing), writing.language)
    return {"number": case.number, "link": writing.patient_link(), "advice": text}


def _location(writing: Writing) -> str:
    vault = cases.vault_of(writing.session, writing.deployment.keys, writing.case.id)
    location: str = cases.details_of(writing.session, vault, writing.case.id)["location"]
    return location


def _for_desk(writing: Writing) -> Facts | None:
    case = writing.case
    if not cases.is_open(case):
        return None
    return {
        "number": case.number,
        "link": writing.desk_link(),
        "answer_by": case.answer_by,
        "urgent": case.rank in (Rank.ALARM, Rank.NOT_SCREENED),
    }


def _sign_in_code(writing: Writing) -> Facts | None:
    code = writing.session.get(SignInCode, writing.mail.reference)
    if code is None or code.used_at is not None or code.expires_at <= database_now(writing.session):
        return None
    return {"code": mailed_code(writing.deployment.keys, code.id)}


MAILS: Mapping[str, MailKind] = {
    "request-received": MailKind(Reader.CONTACT, _for_patient),
    "emergency-advice": MailKind(Reader.CONTACT, _emergency_advice),
    "question": MailKind(Reader.CONTACT, _for_patient),
    "news": MailKind(Reader.CONTACT, _for_patient),
    "request-accepted": MailKind(Reader.CONTACT, _accepted),
    "sign-in-code": MailKind(Reader.CONTACT, _sign_in_code),
    "desk-new-case": MailKind(Reader.DESK, _for_desk),
    "desk-message": MailKind(Reader.DESK, _for_desk),
}


def owe(
    session: Session,
    deployment: Deployment,
    case_id: UUID,
    kind: str,
    occurrence: object,
    now: datetime,
    reference: UUID | None = None,
) -> None:
    """Owe one mail for one event. The unique key makes a second one for the same event impossible (trust I-13)."""
    key = f"{case_id}:{kind}:{occurrence}"
    domain = deployment.mail_from.rpartition("@")[2]
    add_message(
        session,
        OutboxMessage(
            id=new_id(),
            key=key,
            message_id=f"<{deployment.keys.digest('message-id', key).hex()[:40]}@{domain}>",
            case_id=case_id,
            kind=kind,
            reference=reference,
            not_before=now,
            created_at=now,
        ),
    )


def owe_contact(
    session: Session, deployment: Deployment, case: Case, kind: str, occurrence: object, now: datetime
) -> None:
    """Owe a mail to the person who writes, when there is an address; else the desk waits by telephone."""
    if people.email_point(session, case.id) is not None:
        owe(session, deployment, case.id, kind, occurrence, now)


def reader_of(session: Session, deployment: Deployment, mail: OutboxMessage, case: Case) -> tuple[str | None, Language]:
    """Address and language of the mail's reader at this moment (trust C-5, C-6)."""
    if MAILS[mail.kind].reader is Reader.DESK:
        return deployment.desk_mail.replace("{hospital}", case.desk), deployment.desk_language
    vault = cases.vault_of(session, deployment.keys, case.id)
    return people.email_of(session, vault, case.id), deployment.reader_language(case.language)
