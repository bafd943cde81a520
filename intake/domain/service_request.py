"""The wish of a patient as submitted (FHIR ServiceRequest), and the one place that checks it.

Form and shell both hand over the nested mapping of `flask submit`;
`parse` returns the frozen request or raises RequestFaults with every fault at once.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from email_validator import EmailNotValidError, validate_email

from intake.domain.errors import InvalidRequest
from intake.domain.person import CHILD_CONSENT_BELOW_YEARS, GUARDIANS, Contact, Patient, Relation, Sex, age_on

STORY_LIMIT = 20_000
NAME_LIMIT = 120
PHONE_LIMIT = 40
OLDEST_YEARS = 125
LONGEST_STAY_DAYS = 730
MOST_COMPANIONS = 9


class ConsentKind(StrEnum):
    HEALTH_DATA = "health-data"
    CROSS_BORDER = "cross-border"
    MESSAGES_OTHER_CHANNEL = "messages-other-channel"


@dataclass(frozen=True, slots=True)
class Wishes:
    department: str | None = None
    hospital: str | None = None
    interpreter: str | None = None


@dataclass(frozen=True, slots=True)
class Travel:
    """When and how the patient would like to come; countries ISO alpha-3, ports IATA codes."""

    arrive_from: date | None = None
    arrive_to: date | None = None
    stay_days: int | None = None
    entry_port: str | None = None
    origin: str | None = None
    onward: str | None = None
    companions: int = 0


@dataclass(frozen=True, slots=True)
class ServiceRequest:
    """`location` is the country where the patient is now (ISO alpha-3): it decides the emergency number."""

    idempotency_key: str
    language: str
    patient: Patient
    contact: Contact
    story: str
    wishes: Wishes
    travel: Travel
    consents: frozenset[ConsentKind]
    location: str


@dataclass(frozen=True, slots=True)
class RequestRules:
    """What a request is held against: known codes, and the day."""

    languages: Collection[str]
    countries: Collection[str]
    departments: Collection[str]
    hospitals: Collection[str]
    today: date


def parse(data: Mapping[str, Any], rules: RequestRules) -> ServiceRequest:
    """The request in `data`. Raises RequestFaults with all its faults, a missing consent first."""
    reader = _Reader(data, rules)
    request = reader.request(reader.consents())
    reader.check_together(request)
    if reader.faults:
        raise RequestFaults(tuple(reader.faults))
    return request


@dataclass(frozen=True, slots=True)
class Fault:
    """`field` is the path in the request (`patient.birth_date`); `code` has a sentence in every language."""

    field: str
    code: str


class RequestFaults(InvalidRequest):
    """All faults of one request; `field` and `code` are those of the first."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        first = faults[0]
        super().__init__(f"{first.field}: {first.code}", field=first.field, code=first.code)
        self.faults = faults


_UNKEEPABLE = re.compile("[\0\ud800-\udfff]")
_LINE_BREAKERS = re.compile("[\0-\x1f\x7f-\x9f\u2028\u2029]")
"""Control characters and the separators of lines and paragraphs (Unicode categories Cc, Zl, Zp)."""


def clean(text: str) -> str:
    """NFC, without the characters that no store keeps (NUL, lone surrogates); everything else stays as typed."""
    return unicodedata.normalize("NFC", _UNKEEPABLE.sub("\ufffd", text).replace("\r\n", "\n"))


_INVISIBLE = frozenset("\u200b\u200c\u200d\u2060\ufeff\u180e\u00a0\u3000")


def blank(text: str) -> bool:
    """Nothing that a person could read: spaces and zero-width characters alone."""
    return not text or all(char.isspace() or char in _INVISIBLE for char in text)


Choice = TypeVar("Choice", bound=StrEnum)


class _Reader:
    """Reads one nested mapping and collects faults instead of stopping at the first."""

    def __init__(self, data: Mapping[str, Any], rules: RequestRules) -> None:
        self.data = data
        self.rules = rules
        self.faults: list[Fault] = []

    def fault(self, field: str, code: str) -> None:
        self.faults.append(Fault(field, code))

    def value(self, field: str) -> Any:
        found: Any = self.data
        for part in field.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
        return found

    def text(self, field: str, limit: int, *, required: bool = False) -> str:
        value = self.value(field)
        if value is not None and not isinstance(value, str):
            self.fault(field, "not_text")
            return ""
        text = clean(value or "").strip()
        if blank(text):
            if required:
                self.fault(field, "required")
            return ""
        if len(text) > limit:
            self.fault(field, "too_long")
        return text

    def line(self, field: str, limit: int, *, required: bool = False) -> str:
        text = self.text(field, limit, required=required)
        if _LINE_BREAKERS.search(text):
            self.fault(field, "one_line")
        return text

    def code(self, field: str, known: Collection[str], *, required: bool = False) -> str | None:
        text = self.text(field, 64, required=required)
        if text and text not in known:
            self.fault(field, "unknown")
        return text or None

    def choice(self, field: str, kind: type[Choice], otherwise: Choice) -> Choice:
        text = self.code(field, [member.value for member in kind], required=True)
        return kind(text) if text in [member.value for member in kind] else otherwise

    def day(self, field: str, *, required: bool = False) -> date | None:
        text = self.text(field, 10, required=required)
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.fault(field, "invalid_date")
            return None

    def number(self, field: str, low: int, high: int) -> int | None:
        value = self.value(field)
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self.fault(field, "not_a_number")
            return None
        if not low <= value <= high:
            self.fault(field, "out_of_range")
        return value

    def consents(self) -> frozenset[ConsentKind]:
        """Without consent to the use of health data nothing of the story may be stored (PIPL art. 29)."""
        given = self.value("consents")
        listed = given if isinstance(given, list | tuple | set | frozenset) else ()
        known = {kind.value: kind for kind in ConsentKind}
        consents = frozenset(known[kind] for kind in listed if isinstance(kind, str) and kind in known)
        if ConsentKind.HEALTH_DATA not in consents:
            self.fault("consents", "consent_required")
        return consents

    def email(self) -> str | None:
        text = self.line("contact.email", 254)
        if not text:
            return None
        try:
            # An encoded word could turn into header lines in some mail software (CVE-2024-6923).
            if "=?" in text:
                raise EmailNotValidError("encoded word")
            return validate_email(text, check_deliverability=False).normalized
        except EmailNotValidError:
            self.fault("contact.email", "invalid_email")
            return None

    def request(self, consents: frozenset[ConsentKind]) -> ServiceRequest:
        countries = self.rules.countries
        residence = self.code("patient.residence", countries, required=True) or ""
        return ServiceRequest(
            idempotency_key=self.line("idempotency_key", 255, required=True),
            language=self.code("language", self.rules.languages, required=True) or "",
            patient=Patient(
                given_name=self.line("patient.given_name", NAME_LIMIT, required=True),
                family_name=self.line("patient.family_name", NAME_LIMIT) or None,
                native_name=self.line("patient.native_name", NAME_LIMIT) or None,
                birth_date=self.day("patient.birth_date", required=True) or self.rules.today,
                sex=self.choice("patient.sex", Sex, Sex.UNKNOWN),
                nationality=self.code("patient.nationality", countries, required=True) or "",
                residence=residence,
            ),
            contact=Contact(
                name=self.line("contact.name", NAME_LIMIT, required=True),
                relation=self.choice("contact.relation", Relation, Relation.SELF),
                email=self.email(),
                phone=self.line("contact.phone", PHONE_LIMIT) or None,
            ),
            story=self.text("story", STORY_LIMIT, required=True),
            wishes=Wishes(
                self.code("wishes.department", self.rules.departments),
                self.code("wishes.hospital", self.rules.hospitals),
                self.code("wishes.interpreter", self.rules.languages),
            ),
            travel=Travel(
                self.day("travel.arrive_from"),
                self.day("travel.arrive_to"),
                self.number("travel.stay_days", 1, LONGEST_STAY_DAYS),
                self.line("travel.entry_port", 40) or None,
                self.code("travel.origin", countries),
                self.code("travel.onward", countries),
                self.number("travel.companions", 0, MOST_COMPANIONS) or 0,
            ),
            consents=consents,
            location=self.code("location", countries) or residence,
        )

    def check_together(self, request: ServiceRequest) -> None:
        """Rules that need more than one field (trust check 17)."""
        if not any(fault.field == "patient.birth_date" for fault in self.faults):
            self.check_age(request)
        first, last = request.travel.arrive_from, request.travel.arrive_to
        if first and last and last < first:
            self.fault("travel.arrive_to", "before_start")

    def check_age(self, request: ServiceRequest) -> None:
        born, today = request.patient.birth_date, self.rules.today
        if born > today:
            self.fault("patient.birth_date", "in_future")
        elif age_on(born, today) > OLDEST_YEARS:
            self.fault("patient.birth_date", "too_long_ago")
        elif age_on(born, today) < CHILD_CONSENT_BELOW_YEARS and request.contact.relation not in GUARDIANS:
            self.fault("contact.relation", "guardian_needed")
