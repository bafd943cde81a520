"""People around a case: who is ill, who writes, how they can be reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Sex(StrEnum):
    """FHIR administrative-gender."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNKNOWN = "unknown"


class Relation(StrEnum):
    """Who writes, seen from the patient."""

    SELF = "self"
    PARENT = "parent"
    GUARDIAN = "guardian"
    SPOUSE = "spouse"
    CHILD = "child"
    RELATIVE = "relative"
    FRIEND = "friend"
    PHYSICIAN = "physician"
    AGENT = "agent"


GUARDIANS = frozenset({Relation.PARENT, Relation.GUARDIAN})
"""Who may consent for a child below fourteen (PIPL art. 31, npc.gov.cn)."""

CHILD_CONSENT_BELOW_YEARS = 14


@dataclass(frozen=True, slots=True)
class Patient:
    """The person who is ill. Countries are ISO 3166-1 alpha-3; names are spelled as in the passport."""

    given_name: str
    family_name: str | None
    native_name: str | None
    birth_date: date
    sex: Sex
    nationality: str
    residence: str


@dataclass(frozen=True, slots=True)
class Contact:
    """The person who writes; with neither `email` nor `phone` they come back by case number and return code."""

    name: str
    relation: Relation
    email: str | None
    phone: str | None


def age_on(birth_date: date, day: date) -> int:
    """Full years on `day`; somebody born on 29 February grows older on 1 March of common years."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))
