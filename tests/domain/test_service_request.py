"""The one place that checks a request: what it takes, what it names, what it never lets through."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.domain.person import Relation, Sex
from intake.domain.service_request import (
    STORY_LIMIT,
    RequestFaults,
    RequestRules,
    ServiceRequest,
    blank,
    clean,
    parse,
)
from tests.people import a_request

TODAY = date(2026, 11, 24)
RULES = RequestRules(
    languages=("en", "ar"),
    countries=("SGP", "DZA"),
    departments=("ped-ent",),
    hospitals=("children",),
    today=TODAY,
)


def faults(**changes: Any) -> set[tuple[str, str]]:
    """Every fault of a request that is complete but for `changes`."""
    try:
        parse(a_request(**changes), RULES)
    except RequestFaults as found:
        return {(fault.field, fault.code) for fault in found.faults}
    return set()


def parsed(**changes: Any) -> ServiceRequest:
    return parse(a_request(**changes), RULES)


def test_a_complete_request_is_read_as_it_stands() -> None:
    request = parsed(wishes={"department": "ped-ent"}, travel={"arrive_from": "2027-01-10", "companions": 1})
    assert request.patient.birth_date == date(1980, 5, 4)
    assert (request.patient.sex, request.contact.relation) == (Sex.MALE, Relation.SELF)
    assert (request.wishes.department, request.wishes.hospital) == ("ped-ent", None)
    assert (request.travel.arrive_from, request.travel.companions) == (date(2027, 1, 10), 1)


def test_the_patient_is_where_they_live_unless_they_say_otherwise() -> None:
    assert parsed().location == "SGP"
    assert parsed(location="DZA").location == "DZA"


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"story": None}, ("story", "required")),
        ({"story": "\u200b\u3000\n"}, ("story", "required")),
        ({"story": 7}, ("story", "not_text")),
        ({"story": "x" * (STORY_LIMIT + 1)}, ("story", "too_long")),
        ({"language": "tlh"}, ("language", "unknown")),
        ({"idempotency_key": ""}, ("idempotency_key", "required")),
        ({"patient": {"birth_date": "1980-02-30"}}, ("patient.birth_date", "invalid_date")),
        ({"patient": {"birth_date": "2026-11-25"}}, ("patient.birth_date", "in_future")),
        ({"patient": {"birth_date": "1850-01-01"}}, ("patient.birth_date", "too_long_ago")),
        ({"patient": {"sex": None}}, ("patient.sex", "required")),
        ({"patient": {"nationality": "XYZ"}}, ("patient.nationality", "unknown")),
        ({"patient": {"given_name": "a\nb"}}, ("patient.given_name", "one_line")),
        ({"contact": {"email": "ben@"}}, ("contact.email", "invalid_email")),
        ({"contact": {"email": "=?utf-8?q?a?=@example.org"}}, ("contact.email", "invalid_email")),
        ({"contact": {"email": "ben@example.org\nBcc: x@example.org"}}, ("contact.email", "invalid_email")),
        ({"wishes": {"hospital": "x"}}, ("wishes.hospital", "unknown")),
        ({"travel": {"stay_days": "three"}}, ("travel.stay_days", "not_a_number")),
        ({"travel": {"stay_days": True}}, ("travel.stay_days", "not_a_number")),
        ({"travel": {"stay_days": 731}}, ("travel.stay_days", "out_of_range")),
        ({"travel": {"companions": -1}}, ("travel.companions", "out_of_range")),
        ({"travel": {"arrive_from": "2027-02-01", "arrive_to": "2027-01-01"}}, ("travel.arrive_to", "before_start")),
        ({"consents": ["cross-border"]}, ("consents", "consent_required")),
    ],
)
def test_each_fault_is_named_with_its_field(changes: dict[str, Any], fault: tuple[str, str]) -> None:
    assert fault in faults(**changes)


def test_a_missing_consent_is_named_first() -> None:
    with pytest.raises(RequestFaults) as found:
        parse({}, RULES)
    assert (found.value.field, found.value.code) == ("consents", "consent_required")


@pytest.mark.parametrize("relation", Relation)
def test_p4_for_a_child_under_fourteen_a_guardian_writes(relation: Relation) -> None:
    still_a_child, no_more = ({"birth_date": day} for day in ("2012-11-25", "2012-11-24"))
    needed = {("contact.relation", "guardian_needed")} if relation not in ("parent", "guardian") else set()
    assert faults(patient=still_a_child, contact={"relation": relation.value}) == needed
    assert faults(patient=no_more, contact={"relation": relation.value}) == set()


@pytest.mark.parametrize("birth_date", [None, "?", "1980-13-01"])
def test_a_birth_date_that_cannot_be_read_makes_nobody_a_child(birth_date: str | None) -> None:
    assert {field for field, _ in faults(patient={"birth_date": birth_date})} == {"patient.birth_date"}


@settings(max_examples=100, derandomize=True)
@given(st.text(st.characters(codec=None), max_size=50))
def test_a_cleaned_text_can_be_kept_everywhere_and_cleaning_again_changes_nothing(text: str) -> None:
    cleaned = clean(text)
    assert "\0" not in cleaned
    assert cleaned.encode().decode() == cleaned
    assert clean(cleaned) == cleaned
    assert not blank(cleaned) or not cleaned.strip("\u200b\u200c\u200d\u2060\ufeff\u180e\u00a0\u3000").strip()


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None), max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELDS = sorted(a_request())


@settings(max_examples=100, derandomize=True)
@given(st.dictionaries(st.sampled_from([*FIELDS, "wishes", "travel", "location"]), JSON))
def test_s16_rubbish_is_refused_with_named_faults(data: dict[str, Any]) -> None:
    with pytest.raises(RequestFaults):
        parse(data, RULES)


@settings(max_examples=200, derandomize=True)
@given(st.sampled_from(["patient", "contact", "wishes", "travel"]), st.text(max_size=12), JSON)
def test_s16_one_odd_value_in_a_good_request_is_taken_or_named(group: str, field: str, value: object) -> None:
    known = {"patient": "given_name", "contact": "email", "wishes": "interpreter", "travel": "stay_days"}
    for name in (field, known[group]):
        for fault_field, _ in faults(**{group: {name: value}}):
            assert fault_field.startswith(group)
