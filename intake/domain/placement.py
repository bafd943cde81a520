"""Which hospital of a department's routes: who may choose it, whom it serves, where the patient is, what was wished."""

from __future__ import annotations

from collections.abc import Sequence

from intake.domain.network import Department, Network, Population, Routable
from intake.domain.person import Sex
from intake.domain.suitability import AgeGroup, Person

WOMEN = "women"
CHILDREN = "children"
YIWU_HOSPITALS = {"yiwu": (CHILDREN, "zju4h")}
"""The Fourth Hospital is in Yiwu, and the Children's Hospital has a house there."""

_MEN_TOO = frozenset({Population.COUPLE, Population.NEWBORN})


def hospitals_for(
    department: Department, person: Person, network: Network, wishes: Sequence[str], place: str | None
) -> tuple[str, ...]:
    """Hospitals that may be proposed, best first: a wish, then the place of stay, then the department's strength."""
    routes = [route.hospital for route in department.routes if _may_be_proposed(route.hospital, network)]
    if person.age_group is AgeGroup.CHILD and department.code == "ophthalmology":
        routes.append(CHILDREN)
    open_to_person = [code for code in routes if code != WOMEN or _women_serves(department, person)]
    preferred = [*wishes, *YIWU_HOSPITALS.get(place or "", ())]
    return tuple(
        sorted(open_to_person, key=lambda code: preferred.index(code) if code in preferred else len(preferred))
    )


def _may_be_proposed(hospital: str, network: Network) -> bool:
    return network.hospitals[hospital].routable is Routable.AUTOMATIC


def _women_serves(department: Department, person: Person) -> bool:
    return person.sex is not Sex.MALE or department.population in _MEN_TOO
