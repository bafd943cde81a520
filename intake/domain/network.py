"""The hospital network as frozen values: hospitals, departments, the routes between them, gates and the age rule.

The values come from intake/data/network.toml and departments.toml; `sources` are keys of `Network.sources`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from intake.domain.languages import Localized


class Routable(StrEnum):
    """Who may choose a hospital: the router, only a coordinator, nobody."""

    AUTOMATIC = "automatic"
    COORDINATOR_ONLY = "coordinator_only"
    NEVER = "never"


class Population(StrEnum):
    """Whom a department sees. Child means below 14, with 14 to 17 preferred; adult means from 18."""

    ALL = "all"
    ADULT = "adult"
    CHILD = "child"
    NEWBORN_TO_18 = "newborn_to_18"
    NEWBORN = "newborn"
    FEMALE = "female"
    COUPLE = "couple"


@dataclass(frozen=True, slots=True)
class Source:
    key: str
    title: str
    url: str | None
    published: str
    kind: str


@dataclass(frozen=True, slots=True)
class Fact:
    """One stated fact; `year` is given where the source dates it (a ranking without a year is never shown)."""

    text: str
    sources: tuple[str, ...]
    year: int | None = None


@dataclass(frozen=True, slots=True)
class Campus:
    names: Localized
    address: str | None
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InternationalDesk:
    """The hospital's own office for patients from abroad; what no source states is None."""

    name: str | None
    languages: tuple[str, ...]
    phone: str | None
    email: str | None
    hours: str | None
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Hospital:
    code: str
    tier: str
    routable: Routable
    names: Localized
    short_names: Localized
    city: str | None
    website: str | None
    campuses: tuple[Campus, ...]
    facts: tuple[Fact, ...]
    desk: InternationalDesk | None
    sources: tuple[str, ...]
    checked_on: date


@dataclass(frozen=True, slots=True)
class Route:
    """Why a department's patients go to a hospital.

    `grade` is seed, official, university, news, third_party or inferred, or two of them joined by +.
    """

    hospital: str
    basis: str
    grade: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Department:
    """One of the 66 departments; `codes` maps code system (nhc_catalogue, snomed_c80, fhir_service_type) to a code."""

    code: str
    names: Localized
    descriptions: Localized
    population: Population
    bookable: bool
    primary: tuple[Route, ...]
    alternates: tuple[Route, ...]
    fallback: tuple[str, ...]
    codes: Mapping[str, str]
    checked_on: date

    @property
    def routes(self) -> tuple[Route, ...]:
        return self.primary + self.alternates


@dataclass(frozen=True, slots=True)
class Gate:
    """A stop that fires on words and facts; while it stands nothing is booked and no letter is written.

    `text` is the code of the safety text that the patient's page shows, None where the page says nothing.
    """

    code: str
    action: str
    sources: tuple[str, ...]
    text: str | None = None


@dataclass(frozen=True, slots=True)
class AgeRule:
    """Below `child_below` years the Children's Hospital, from `adult_from` an adult one; between, Children's first."""

    child_below: int
    adult_from: int
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Network:
    hospitals: Mapping[str, Hospital]
    departments: Mapping[str, Department]
    gates: Mapping[str, Gate]
    age_rule: AgeRule
    sources: Mapping[str, Source]
