"""What the desks make of the proposals: counted by department, language and term, and not a word more."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from intake.domain.access import Actor
from intake.services import learning, triage
from intake.services.deployment import deployment
from intake.services.learning import Agreement
from intake.services.submission import Receipt
from intake.services.transaction import reading
from intake.services.worklist import open_case
from intake.store.outcomes import RoutingOutcome
from tests.actors import lead
from tests.people import now, send

CANARY = "twitebird"
STORY = f"Gallstones{CANARY}, and a {CANARY} sings in me"


@pytest.fixture(autouse=True)
def context(either_app: Flask) -> Iterator[None]:
    with either_app.app_context():
        yield


@pytest.fixture
def actor(either_app: Flask) -> Actor:
    return lead(either_app)


def refer(actor: Actor, receipt: Receipt, department: str) -> None:
    version = open_case(deployment(), actor, receipt.case_id, now()).version
    route = {"department": department, "hospital": receipt.hospital or "srrsh", "reason": f"{CANARY} says so."}
    triage.refer(deployment(), actor, receipt.case_id, version, now=now(), **route)


def rows() -> list[RoutingOutcome]:
    with reading() as session:
        return list(session.scalars(select(RoutingOutcome)))


def test_a_decision_keeps_codes_and_terms_of_the_lexicon_and_no_word_of_the_patient(
    either_app: Flask, actor: Actor
) -> None:
    receipt = send(either_app, story=STORY)
    refer(actor, receipt, "ped-ent")
    kept = rows()
    assert {row.term for row in kept} == {None, "gallstone*"}
    assert {(row.proposed, row.confirmed, row.language) for row in kept} == {(receipt.department, "ped-ent", "en")}
    assert {row.month for row in kept} == {now().date().replace(day=1)}
    columns = [str(getattr(row, name)) for row in kept for name in RoutingOutcome.__table__.columns.keys()]  # noqa: SIM118
    assert CANARY not in " ".join(columns)


def test_an_outcome_leads_back_to_no_case_and_to_no_moment(either_app: Flask, actor: Actor) -> None:
    refer(actor, send(either_app), "ped-ent")
    assert set(RoutingOutcome.__table__.columns.keys()) == {
        "id", "month", "language", "proposed", "confirmed", "term", "weight"
    }  # fmt: skip
    assert not RoutingOutcome.__table__.foreign_keys
    assert {row.id.version for row in rows()} == {4}, "drawn by lot, not from the clock"


def test_a_decision_that_fails_teaches_nothing(either_app: Flask, actor: Actor) -> None:
    receipt = send(either_app)
    version = open_case(deployment(), actor, receipt.case_id, now()).version
    with pytest.raises(Exception, match="must not be empty"):
        triage.refer(
            deployment(), actor, receipt.case_id, version, department="ped-ent", hospital="srrsh", reason="", now=now()
        )
    assert rows() == []


def test_the_report_counts_agreement_and_begins_with_what_misled(either_app: Flask, actor: Actor) -> None:
    confirmed, overridden = send(either_app, story="Asthma"), send(either_app, story=STORY)
    refer(actor, confirmed, confirmed.department or "")
    refer(actor, overridden, "ped-ent")
    report = learning.report()
    wrong, right = report.departments
    assert (wrong.name, wrong.decided, wrong.agreed) == (overridden.department, 1, 0)
    assert (right.name, right.decided, right.agreed, right.astray) == (confirmed.department, 1, 1, 0.0)
    assert wrong.astray > 0
    assert report.languages == [Agreement("en", 2, 1, wrong.astray)]
    misled, *others = report.terms
    assert (misled.name, misled.decided, misled.agreed) == ("gallstone*", 1, 0)
    assert all(term.agreed == 1 for term in others)


def test_the_command_prints_the_report(either_app: Flask, actor: Actor) -> None:
    receipt = send(either_app, story=STORY)
    refer(actor, receipt, "ped-ent")
    printed = either_app.test_cli_runner().invoke(args=["routing", "report"]).output
    assert re.search(rf"^{receipt.department} +0 +1 +0%", printed, re.MULTILINE)
    assert re.search(r"^gallstone\* +0 +1 +0%", printed, re.MULTILINE)
    assert CANARY not in printed
    rarer = either_app.test_cli_runner().invoke(args=["routing", "report", "--at-least", "2"]).output
    assert [line.split()[0] for line in rarer.splitlines()] == ["department", "language", "term"]
