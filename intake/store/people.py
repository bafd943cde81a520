"""Who is ill, who writes, how they are reached, and what they consented to."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, String, bindparam, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from intake.domain.person import Contact, Patient, Relation, Sex
from intake.store.base import Base, new_id
from intake.store.cases import Case
from intake.store.sealing import Vault


class Person(Base):
    """`role` is patient or contact; `identity` seals names, birth date, countries, relation as one JSON value."""

    __tablename__ = "people"
    __table_args__ = (Index(None, "case_id", "role", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    role: Mapped[str] = mapped_column(String(10))
    identity: Mapped[bytes] = mapped_column(LargeBinary)


class ContactPoint(Base):
    """FHIR ContactPoint; `system` is email or phone. Verified: the mailed link was opened with the return code."""

    __tablename__ = "contact_points"
    __table_args__ = (Index(None, "case_id", "system", unique=True),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    system: Mapped[str] = mapped_column(String(10))
    value: Mapped[bytes] = mapped_column(LargeBinary)
    blind_index: Mapped[bytes | None] = mapped_column(LargeBinary(16), index=True)
    verified_at: Mapped[datetime | None]


class Consent(Base):
    """What was agreed to: which text, in which version and language, when, and by whom."""

    __tablename__ = "consents"
    __table_args__ = (Index(None, "case_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=new_id)
    case_id: Mapped[UUID] = mapped_column(ForeignKey("cases.id"))
    kind: Mapped[str] = mapped_column(String(30))
    text_code: Mapped[str] = mapped_column(String(60))
    text_version: Mapped[int]
    text_sha256: Mapped[bytes] = mapped_column(LargeBinary(32))
    language: Mapped[str] = mapped_column(String(12))
    given_by: Mapped[str] = mapped_column(String(20))
    given_at: Mapped[datetime]


def add_person(session: Session, vault: Vault, case_id: UUID, role: str, identity: object) -> None:
    person_id = new_id()
    sealed = vault.seal("people.identity", person_id, identity)
    session.add(Person(id=person_id, case_id=case_id, role=role, identity=sealed))


def add_patient(session: Session, vault: Vault, case_id: UUID, patient: Patient) -> None:
    add_person(session, vault, case_id, "patient", patient)


def add_contact(session: Session, vault: Vault, case_id: UUID, contact: Contact, blind_index: bytes | None) -> None:
    """Store who writes; `blind_index` stands for the e-mail address (access_codes.address_token)."""
    add_person(session, vault, case_id, "contact", {"name": contact.name, "relation": contact.relation})
    for system, value in (("email", contact.email), ("phone", contact.phone)):
        if value:
            point_id = new_id()
            sealed = vault.seal("contact_points.value", point_id, value)
            index = blind_index if system == "email" else None
            session.add(ContactPoint(id=point_id, case_id=case_id, system=system, value=sealed, blind_index=index))


def identity_of(vault: Vault, person: Person) -> dict[str, Any]:
    identity: dict[str, Any] = vault.open("people.identity", person.id, person.identity)
    return identity


def patient_from(identity: dict[str, Any]) -> Patient:
    born = date.fromisoformat(identity["birth_date"])
    return Patient(**identity | {"birth_date": born, "sex": Sex(identity["sex"])})


def contact_of(session: Session, vault: Vault, case_id: UUID) -> tuple[Contact, bool]:
    """The person who writes, and whether the e-mail address was confirmed with the return code."""
    identity = identity_of(vault, person_of(session, case_id, "contact"))
    points = {point.system: point for point in session.scalars(select(ContactPoint).filter_by(case_id=case_id))}
    values = {system: vault.open("contact_points.value", point.id, point.value) for system, point in points.items()}
    contact = Contact(identity["name"], Relation(identity["relation"]), values.get("email"), values.get("phone"))
    return contact, "email" in points and points["email"].verified_at is not None


def open_alarm_of(session: Session, blind_index: bytes | None) -> UUID | None:
    """The newest open case of an address that raised an alarm."""
    return session.scalar(_OPEN_ALARM, {"address": blind_index})


_OPEN_ALARM = (
    select(Case.id)
    .join(ContactPoint)
    .where(ContactPoint.blind_index == bindparam("address"), Case.alarm.is_not(None), Case.ended_at.is_(None))
    .order_by(Case.submitted_at.desc())
    .limit(1)
)
"""Asked at every request, so it is put together once."""


def email_point(session: Session, case_id: UUID) -> ContactPoint | None:
    return session.scalar(select(ContactPoint).filter_by(case_id=case_id, system="email"))


def email_of(session: Session, vault: Vault, case_id: UUID) -> str | None:
    """The address at this moment: every mail asks anew when it is sent (trust C-5)."""
    point = email_point(session, case_id)
    return vault.open("contact_points.value", point.id, point.value) if point else None


def consents_of(session: Session, case_id: UUID) -> list[Consent]:
    return list(session.scalars(select(Consent).filter_by(case_id=case_id).order_by(Consent.given_at)))


def person_of(session: Session, case_id: UUID, role: str) -> Person:
    return session.scalars(select(Person).filter_by(case_id=case_id, role=role)).one()
