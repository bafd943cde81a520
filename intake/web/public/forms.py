"""The request as a form: fields and labels only. What is right or wrong is decided by domain.service_request."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, RadioField, SelectField, StringField, TextAreaField

from intake.domain.service_request import ConsentKind, Fault
from intake.web.choices import country_choices, department_choices, hospital_choices, language_choices
from intake.web.words import RELATIONS, SEXES, fault_sentence

FIELD_OF = {
    "contact.relation": "relation",
    "contact.name": "contact_name",
    "contact.email": "email",
    "contact.phone": "phone",
    "patient.given_name": "given_name",
    "patient.family_name": "family_name",
    "patient.native_name": "native_name",
    "patient.birth_date": "birth_day",
    "patient.sex": "sex",
    "patient.nationality": "nationality",
    "patient.residence": "residence",
    "location": "location",
    "consents": "consent",
    "story": "story",
    "wishes.department": "wished_department",
    "wishes.hospital": "wished_hospital",
    "wishes.interpreter": "interpreter",
    "travel.arrive_from": "arrive_from_day",
    "travel.arrive_to": "arrive_to_day",
    "travel.stay_days": "stay_days",
    "travel.companions": "companions",
}
"""Path in the request → the field that the error summary links to."""


def _date() -> tuple[StringField, StringField, StringField]:
    return StringField(_l("Day")), StringField(_l("Month")), StringField(_l("Year"))


class RequestForm(FlaskForm):
    """One page, works without JavaScript. `website` is a trap for robots and stays empty."""

    relation = RadioField(_l("Who are you?"), validate_choice=False)
    given_name = StringField(_l("Given name of the patient"))
    family_name = StringField(_l("Family name of the patient"))
    native_name = StringField(_l("Name of the patient in its own script"))
    birth_day, birth_month, birth_year = _date()
    sex = RadioField(_l("Sex of the patient"), validate_choice=False)
    nationality = SelectField(_l("Nationality of the patient"), validate_choice=False)
    residence = SelectField(_l("Country where the patient lives"), validate_choice=False)
    location = SelectField(_l("Country where the patient is now"), validate_choice=False)
    contact_name = StringField(_l("Your own name"))
    email = StringField(_l("Your e-mail address"))
    phone = StringField(_l("Your phone number"))
    interpreter = SelectField(_l("Interpreter"), validate_choice=False)
    consent = BooleanField(_l("I have read this and I agree."))
    story = TextAreaField(_l("What is wrong, and what do you hope for?"))
    wished_department = SelectField(_l("Department you wish for"), validate_choice=False)
    wished_hospital = SelectField(_l("Hospital you wish for"), validate_choice=False)
    arrive_from_day, arrive_from_month, arrive_from_year = _date()
    arrive_to_day, arrive_to_month, arrive_to_year = _date()
    stay_days = StringField(_l("How many days can the patient stay?"))
    companions = StringField(_l("How many people come with the patient?"))
    website = StringField(_l("Please leave this field empty"))
    idempotency_key = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.relation.choices, self.sex.choices = tuple(RELATIONS.items()), tuple(SEXES.items())
        for field in (self.nationality, self.residence, self.location):
            field.choices = country_choices()
        self.interpreter.choices = language_choices()
        self.wished_department.choices = department_choices()
        self.wished_hospital.choices = hospital_choices()
        if not self.idempotency_key.data:
            self.renew_key()

    def renew_key(self) -> None:
        """A new wish: what is sent with this key is not a repeated press of "send"."""
        self.idempotency_key.data = str(uuid4())

    def to_request(self, language: str) -> dict[str, Any]:
        """The nested mapping that `submit` takes; what cannot be read is passed on as typed, to be named as a fault."""
        return {
            "idempotency_key": self.idempotency_key.data,
            "language": language,
            "patient": {
                "given_name": self.given_name.data,
                "family_name": self.family_name.data,
                "native_name": self.native_name.data,
                "birth_date": self._day("birth"),
                "sex": self.sex.data,
                "nationality": self.nationality.data,
                "residence": self.residence.data,
            },
            "contact": {
                "name": self.contact_name.data,
                "relation": self.relation.data,
                "email": self.email.data,
                "phone": self.phone.data,
            },
            "story": self.story.data,
            "wishes": {
                "department": self.wished_department.data,
                "hospital": self.wished_hospital.data,
                "interpreter": self.interpreter.data,
            },
            "travel": {
                "arrive_from": self._day("arrive_from"),
                "arrive_to": self._day("arrive_to"),
                "stay_days": _number(self.stay_days.data),
                "companions": _number(self.companions.data),
            },
            "consents": [ConsentKind.HEALTH_DATA] if self.consent.data else [],
            "location": self.location.data,
        }

    def _day(self, prefix: str) -> str | None:
        parts = [(self[f"{prefix}_{part}"].data or "").strip() for part in ("year", "month", "day")]
        if not any(parts):
            return None
        if not all(part.isdecimal() and len(part) <= 4 for part in parts):
            return "?"
        year, month, day = map(int, parts)  # int() reads Arabic and Persian digits too
        return f"{year:04d}-{month:02d}-{day:02d}"

    def show(self, faults: tuple[Fault, ...]) -> None:
        """Put each fault beside its field, as a sentence."""
        for fault in faults:
            field: Field = self[FIELD_OF.get(fault.field, "story")]
            field.errors = [*field.errors, fault_sentence(fault.field, fault.code)]


def _number(text: str | None) -> int | str | None:
    kept = (text or "").strip()
    if not kept:
        return None
    return int(kept) if kept.isdecimal() and len(kept) < 10 else kept
