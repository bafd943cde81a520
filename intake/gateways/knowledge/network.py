"""sources.toml, network.toml and departments.toml → Network."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path

from intake.domain.network import (
    AgeRule,
    Campus,
    Department,
    Fact,
    Gate,
    Hospital,
    InternationalDesk,
    Network,
    Population,
    Routable,
    Route,
    Source,
)
from intake.gateways.knowledge.reading import DATA_LANGUAGES, Entry, Ledger, by_code, open_toml

SOURCES_FILE = "sources.toml"
NETWORK_FILE = "network.toml"
DEPARTMENTS_FILE = "departments.toml"

GRADES = frozenset({"seed", "official", "university", "news", "third_party", "inferred"})
CODE_SYSTEMS = ("nhc_catalogue", "snomed_c80", "fhir_service_type")
STAFF_LANGUAGES = ("en", "zh-Hans")
"""A campus has a proper name: what is written on its gate."""

_RANKING = re.compile(r"\bno\. ?\d|#\d|\btop \d", re.IGNORECASE)
_YEAR = re.compile(r"\b(18|19|20)\d\d\b")


def read_sources(folder: Path, ledger: Ledger) -> None:
    """Fills `ledger.sources`; everything else is read after it."""
    file = open_toml(folder, SOURCES_FILE, ledger)
    for key, entry in file.members("sources"):
        ledger.sources[key] = Source(
            key=key,
            title=entry.text("title"),
            url=entry.optional_text("url"),
            published=entry.text("published"),
            kind=entry.text("kind"),
        )
        entry.close()
    file.close()


def read_network(folder: Path, ledger: Ledger) -> Network:
    hospitals = _read_hospitals(open_toml(folder, NETWORK_FILE, ledger))
    file = open_toml(folder, DEPARTMENTS_FILE, ledger)
    departments = _read_departments(file, hospitals)
    gates = by_code(((gate.code, gate) for gate in map(_gate, file.entries("gates"))), DEPARTMENTS_FILE, ledger)
    age_rule = _age_rule(file.entry("age_rule"))
    file.sources("code_sources")
    file.close()
    return Network(hospitals, departments, gates, age_rule, ledger.sources)


def _read_hospitals(file: Entry) -> dict[str, Hospital]:
    checked_on = file.day("checked_on")
    entries = file.entries("hospitals")
    _check_count(file, "hospital_count", entries)
    file.close()
    return by_code(((h.code, h) for h in (_hospital(entry, checked_on) for entry in entries)), file.place, file.ledger)


def _hospital(entry: Entry, checked_on: date) -> Hospital:
    unconfirmed = entry.references("names_unconfirmed", DATA_LANGUAGES, "language")
    hospital = Hospital(
        code=entry.text("code"),
        tier=entry.text("tier"),
        routable=entry.choice("routable", Routable),
        names=entry.localized("names", [tag for tag in DATA_LANGUAGES if tag not in unconfirmed]),
        short_names=entry.localized("short_names", STAFF_LANGUAGES) if entry.has("short_names") else {},
        city=entry.optional_text("city"),
        website=entry.optional_text("website"),
        campuses=tuple(_campus(campus) for campus in entry.entries("campuses")),
        facts=tuple(_fact(fact) for fact in entry.entries("facts")),
        desk=_desk(entry.optional_entry("desk")),
        sources=entry.sources(),
        checked_on=entry.day("checked_on", checked_on),
    )
    _check_routable(entry, hospital, unconfirmed)
    entry.close()
    return hospital


def _check_routable(entry: Entry, hospital: Hospital, unconfirmed: Collection[str]) -> None:
    if entry.optional("under_construction", bool) and hospital.routable is not Routable.NEVER:
        entry.fault("is under construction: nobody can be sent there", "routable")
    if hospital.routable is Routable.AUTOMATIC and (unconfirmed or hospital.city is None):
        entry.fault("the router may only propose a hospital with a city and every name", "routable")


def _campus(entry: Entry) -> Campus:
    campus = Campus(entry.localized("names", STAFF_LANGUAGES), entry.optional_text("address"), entry.sources())
    entry.close()
    return campus


def _fact(entry: Entry) -> Fact:
    fact = Fact(entry.text("text"), entry.sources(), entry.optional("year", int))
    if fact.year is None and _RANKING.search(fact.text):
        entry.fault("is a ranking without a year", "text")
    entry.close()
    return fact


def _desk(entry: Entry | None) -> InternationalDesk | None:
    if entry is None:
        return None
    desk = InternationalDesk(
        name=entry.optional_text("name"),
        languages=entry.texts("languages"),
        phone=entry.optional_text("phone"),
        email=entry.optional_text("email"),
        hours=entry.optional_text("hours"),
        sources=entry.sources(),
    )
    entry.close()
    return desk


def _read_departments(file: Entry, hospitals: Mapping[str, Hospital]) -> dict[str, Department]:
    checked_on = file.day("checked_on")
    entries = file.entries("departments")
    _check_count(file, "department_count", entries)
    codes = {entry.optional("code", str) for entry in entries} - {None}
    departments = [_department(entry, hospitals, {str(code) for code in codes}, checked_on) for entry in entries]
    return by_code(((department.code, department) for department in departments), file.place, file.ledger)


def _department(
    entry: Entry, hospitals: Mapping[str, Hospital], departments: Collection[str], checked_on: date
) -> Department:
    bookable = entry.optional("bookable", bool)
    department = Department(
        code=entry.text("code"),
        names=entry.localized("names"),
        descriptions=entry.localized("descriptions"),
        population=entry.choice("population", Population),
        bookable=True if bookable is None else bookable,
        primary=tuple(_route(route, hospitals) for route in entry.entries("primary")),
        alternates=tuple(_route(route, hospitals) for route in entry.entries("alternates")),
        fallback=entry.references("fallback", departments, "department"),
        codes=_codes(entry.entry("codes")),
        checked_on=entry.day("checked_on", checked_on),
    )
    if not department.primary:
        entry.fault("names no hospital", "primary")
    entry.close()
    return department


def _route(entry: Entry, hospitals: Mapping[str, Hospital]) -> Route:
    route = Route(entry.text("hospital"), entry.text("basis"), entry.text("grade"), entry.sources())
    hospital = hospitals.get(route.hospital)
    if hospital is None:
        entry.fault(f"no hospital {route.hospital} in {NETWORK_FILE}")
    elif hospital.routable is not Routable.AUTOMATIC:
        entry.fault(f"the router must not propose {route.hospital}, which is {hospital.routable}")
    if not set(route.grade.split("+")) <= GRADES:
        entry.fault(f"is {route.grade!r}, must be of {', '.join(sorted(GRADES))}", "grade")
    if _RANKING.search(route.basis) and not _YEAR.search(route.basis):
        entry.fault("is a ranking without a year", "basis")
    entry.close()
    return route


def _codes(entry: Entry) -> dict[str, str]:
    codes = {system: entry.optional_text(system) for system in CODE_SYSTEMS}
    entry.close()
    return {system: code for system, code in codes.items() if code}


def _gate(entry: Entry) -> Gate:
    gate = Gate(entry.text("code"), entry.text("action"), entry.sources(), entry.optional_text("text"))
    entry.close()
    return gate


def _age_rule(entry: Entry) -> AgeRule:
    rule = AgeRule(entry.number("child_below"), entry.number("adult_from"), entry.sources())
    if not 0 < rule.child_below <= rule.adult_from:
        entry.fault("child_below must not be above adult_from")
    entry.close()
    return rule


def _check_count(file: Entry, name: str, entries: list[Entry]) -> None:
    """The file says how many entries it has, so that a lost one is noticed."""
    expected = file.number(name)
    if expected and len(entries) != expected:
        file.fault(f"is {expected}, but the file has {len(entries)}", name)
