"""Which departments suit a person: the rules of age and sex, and the specific condition before the general one.

Source: facts on the network, section 8 (order of evaluation), age rule of the Children's Hospital.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from intake.domain.network import AgeRule, Department, Population
from intake.domain.person import Sex


class AgeGroup(StrEnum):
    """ADOLESCENT: the Children's Hospital first, an adult department as alternate."""

    CHILD = "child"
    ADOLESCENT = "adolescent"
    ADULT = "adult"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Person:
    """What the rules need to know of the patient."""

    age_group: AgeGroup
    newborn: bool
    sex: Sex | None


CHILD_DEPARTMENT: Mapping[str, str] = {
    "ent": "ped-ent",
    "head-neck-surgery": "ped-ent",
    "cardiology": "ped-cardiac",
    "cardiac-surgery": "ped-cardiac",
    "respiratory": "ped-respiratory",
    "gastroenterology": "ped-gastroenterology",
    "hepatology": "ped-gastroenterology",
    "hematology": "ped-hematology-oncology",
    "stem-cell-transplant": "ped-hematology-oncology",
    "medical-oncology": "ped-hematology-oncology",
    "radiation-oncology": "ped-hematology-oncology",
    "gyn-oncology": "ped-hematology-oncology",
    "orthopedics": "ped-orthopedics",
    "spine-surgery": "ped-orthopedics",
    "trauma": "ped-orthopedics",
    "infectious-diseases": "ped-infectious",
    "neurology": "ped-neurology",
    "endocrinology": "ped-endocrinology",
    "intensive-care": "picu",
    "prosthodontics-implants": "dental-general",
    **dict.fromkeys(
        ("general-surgery", "endoscopic-surgery", "hpb-surgery", "colorectal-surgery", "breast-surgery", "urology"),
        "ped-surgery",
    ),
    **dict.fromkeys(
        ("thoracic-surgery", "vascular-surgery", "neurosurgery", "spinal-cord-neurosurgery", "plastic-surgery"),
        "ped-surgery",
    ),
}
"""Adult department → department of the Children's Hospital; what is not named goes to general pediatrics."""

ADULT_DEPARTMENT: Mapping[str, str] = {
    "pediatrics": "general-practice",
    "neonatology": "general-practice",
    "ped-surgery": "general-surgery",
    "ped-ent": "ent",
    "ped-cardiac": "cardiology",
    "ped-respiratory": "respiratory",
    "ped-gastroenterology": "gastroenterology",
    "ped-hematology-oncology": "hematology",
    "ped-orthopedics": "orthopedics",
    "ped-infectious": "infectious-diseases",
    "ped-neurology": "neurology",
    "ped-endocrinology": "endocrinology",
    "picu": "intensive-care",
}

MALE_DEPARTMENT: Mapping[str, str | None] = {
    "gynecology": "urology",
    "pelvic-floor": "urology",
    "gyn-oncology": "medical-oncology",
    "obstetrics": None,
}
"""Departments of women only → where a man's complaint goes; None: nowhere."""

OPEN_TO_CHILDREN = frozenset(
    {"obstetrics", "reproductive-medicine", "burns", "ophthalmology", "transplantation"}
    | {"dental-general", "oral-maxillofacial-surgery", "orthodontics"}
)
"""Births, teeth, burns and eyes are not the Children's Hospital's; the organ gate knows no age."""

COORDINATOR_CONFIRMS_CHILD = frozenset({"burns", "ophthalmology"})
"""No children's service was found for these: a coordinator chooses the place."""

MORE_SPECIFIC_THAN: Mapping[str, tuple[str, ...]] = {
    "spinal-cord-neurosurgery": ("spine-surgery", "neurosurgery", "orthopedics", "pain"),
    "hpb-surgery": ("general-surgery", "endoscopic-surgery", "gastroenterology"),
    "colorectal-surgery": ("general-surgery", "endoscopic-surgery"),
    "head-neck-surgery": ("general-surgery", "ent", "endocrinology"),
    "breast-surgery": ("general-surgery", "medical-oncology"),
    "stem-cell-transplant": ("hematology",),
    "gyn-oncology": ("gynecology", "medical-oncology"),
    "pelvic-floor": ("gynecology", "urology"),
    "ped-ent": ("ped-surgery", "pediatrics"),
    "ped-cardiac": ("pediatrics",),
    "prosthodontics-implants": ("dental-general",),
    "orthodontics": ("dental-general",),
}
"""A department with a strong word of its own takes over the words for the departments on the right."""

SURGICAL = frozenset(
    {"cardiac-surgery", "vascular-surgery", "thoracic-surgery", "general-surgery", "endoscopic-surgery", "hpb-surgery"}
    | {
        "colorectal-surgery",
        "breast-surgery",
        "head-neck-surgery",
        "urology",
        "neurosurgery",
        "spinal-cord-neurosurgery",
    }
    | {
        "spine-surgery",
        "orthopedics",
        "plastic-surgery",
        "ped-surgery",
        "ped-orthopedics",
        "oral-maxillofacial-surgery",
    }
)

_CHILD_POPULATIONS = frozenset({Population.CHILD, Population.NEWBORN, Population.NEWBORN_TO_18})


def age_group(age_years: int | None, child_words: bool, rule: AgeRule) -> AgeGroup:
    """The age as given; without it the words of the text."""
    if age_years is None:
        return AgeGroup.CHILD if child_words else AgeGroup.UNKNOWN
    if age_years < rule.child_below:
        return AgeGroup.CHILD
    return AgeGroup.ADOLESCENT if age_years < rule.adult_from else AgeGroup.ADULT


def for_a_child(department: Department) -> str:
    """The department that sees the same complaint in a child."""
    if department.population in _CHILD_POPULATIONS or department.code in OPEN_TO_CHILDREN:
        return department.code
    return CHILD_DEPARTMENT.get(department.code, "pediatrics")


def for_an_adult(department: Department) -> str:
    """The department that sees the same complaint in an adult."""
    return ADULT_DEPARTMENT.get(department.code, department.code)


def for_a_man(department: Department) -> str | None:
    """The department that sees the same complaint in a man, None when there is none."""
    return MALE_DEPARTMENT.get(department.code, department.code)
