"""S-01: every page, asked as every kind of person, against tests/cases/audiences.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from werkzeug.test import TestResponse

from intake.web.guards import audience_of
from tests.trust.world import ABSENT_CASE, ELSEWHERE, PEOPLE, Kind, World, kinds

pytestmark = pytest.mark.xdist_group("world")  # what is made once for these tests is made in one process
Row = Mapping[str, str]

TABLE: Mapping[str, Row] = tomllib.loads((Path(__file__).parents[1] / "cases" / "audiences.toml").read_text())
DOORS = ("/desk/sign-in/", "/en/return/")
UNKNOWN_METHODS = ("PUT", "DELETE", "PATCH", "TRACE")


def outcome(response: TestResponse) -> str:
    """What somebody got, in the words of the table."""
    status, target = response.status_code, urlsplit(response.headers.get("Location", ""))
    if status in (302, 303):
        assert not target.netloc, f"leads away: {target}"
        if "Clear-Site-Data" in response.headers:
            return "signed out"
        return "sign in" if target.path in DOORS else "start page" if target.path == "/en/" else "goes on"
    words = {200: "page", 404: "not found", 410: "used up", 422: "faults", 503: "not ready"}
    return words.get(status, str(status))


def expected(row: Row, who: str, *, absent: bool = False) -> str:
    found = row.get(who, row["everybody"])
    return row["absent"] if absent and found not in ("sign in", "not found") else found


def asked(world: World, kind: Kind, who: str, *, absent: bool = False) -> TestResponse:
    if kind.method == "POST":
        world.put_back()
    return world.ask(kind, who, absent=absent)


def test_every_page_has_an_audience_and_a_row_in_the_table(world: World) -> None:
    pages = list(kinds(world.app, "GET", "POST"))
    assert {str(kind) for kind in pages} == set(TABLE)
    assert all(audience_of(world.app, kind.endpoint) for kind in pages)


def test_every_person_gets_what_the_table_says(world: World) -> None:
    surprises = [
        f"{kind} as {who}: {got}, not {wanted}"
        for kind in kinds(world.app, "GET", "POST")
        for who in PEOPLE
        if (got := outcome(asked(world, kind, who))) != (wanted := expected(TABLE[str(kind)], who))
    ]
    assert not surprises, "\n".join(surprises)


def test_an_address_that_leads_to_nothing_gives_what_the_table_says(world: World) -> None:
    surprises = [
        f"{kind} as {who}: {got}, not {wanted}"
        for kind in kinds(world.app, "GET", "POST")
        if "absent" in TABLE[str(kind)]
        for who in PEOPLE
        if (got := outcome(asked(world, kind, who, absent=True)))
        != (wanted := expected(TABLE[str(kind)], who, absent=True))
    ]
    assert not surprises, "\n".join(surprises)


def test_what_is_foreign_cannot_be_told_from_what_is_absent(world: World) -> None:
    """Byte for byte, but for the address itself, which the language links of the page repeat."""
    compared = 0
    for kind in kinds(world.app, "GET", "POST"):
        for who in PEOPLE:
            if "absent" in TABLE[str(kind)] and expected(TABLE[str(kind)], who) == "not found":
                foreign, absent = asked(world, kind, who), asked(world, kind, who, absent=True)
                assert foreign.text.replace(str(world.case.case_id), str(ABSENT_CASE)) == absent.text, kind
                assert dict(foreign.headers) == dict(absent.headers), kind
                compared += 1
    assert compared == 2


def test_a_question_about_the_head_alone_opens_no_other_door(world: World) -> None:
    for kind in kinds(world.app, "HEAD"):
        for who in PEOPLE:
            get = Kind(kind.endpoint, "GET", kind.rule)
            answer = world.ask(kind, who)
            assert outcome(answer) == expected(TABLE[str(get)], who), (kind, who)
            assert answer.data == b""


def test_pages_know_no_other_methods(world: World) -> None:
    for kind in kinds(world.app, "GET", "POST"):
        client, address = world.app.test_client(), world.address(kind)
        for method in UNKNOWN_METHODS:
            assert client.open(address, method=method, buffered=True).status_code == 405, (method, kind)


def test_a_patient_sees_the_own_case_alone(world: World) -> None:
    page = next(kind for kind in kinds(world.app, "GET") if kind.endpoint == "portal.case")
    first, second = world.ask(page, "patient-a").text, world.ask(page, "patient-b").text
    assert world.case.number in first
    assert world.case.number not in second
    assert world.other.number in second
    assert world.other.number not in first


def test_a_coordinator_lists_the_cases_of_the_own_hospital_and_a_lead_all(world: World) -> None:
    page = next(kind for kind in kinds(world.app, "GET") if kind.endpoint == "desk.worklist")
    listed = {
        who: tuple(receipt.number in world.ask(page, who).text for receipt in (world.case, world.other))
        for who in ("coordinator", "coordinator-elsewhere", "network-lead")
    }
    assert listed == {
        "coordinator": (True, False),
        "coordinator-elsewhere": (False, True),
        "network-lead": (True, True),
    }


def test_a_referral_to_another_hospital_moves_the_access_in_the_same_step(world: World) -> None:
    """S-02: whoever referred a case elsewhere does not see it any more, and the other hospital does."""
    act = next(kind for kind in kinds(world.app, "POST") if kind.endpoint == "desk.act")
    page = next(kind for kind in kinds(world.app, "GET") if kind.endpoint == "desk.case")
    route = {"department": "ped-ent", "hospital": ELSEWHERE, "reason": "A bed is free there.", "action": "refer"}
    assert outcome(world.ask(act, "coordinator", fields=route)) == "goes on"
    assert outcome(world.ask(page, "coordinator")) == "not found"
    assert outcome(world.ask(page, "coordinator-elsewhere")) == "page"
