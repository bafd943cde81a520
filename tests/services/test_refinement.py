"""The second look at a proposal, on both databases, with an encoder that says what the test wants."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from flask import Flask
from sqlalchemy import select

from intake.domain.lifecycle import Stage
from intake.domain.meaning import Nearness
from intake.services import refinement
from intake.services.deployment import deployment
from intake.services.submission import Receipt
from intake.services.transaction import reading, transaction
from intake.store.cases import Case
from intake.store.journal import CaseEvent
from intake.store.outbox import OutboxMessage
from tests.people import send
from tests.relays import change_deployment

NOBODY_KNOWS = "Something strange is the matter with me and I would like to know more"


class Sure:
    """Near to one department, whatever is said."""

    languages = frozenset({"en"})

    def __init__(self, department: str) -> None:
        self.department = department

    def __call__(self, text: str) -> Mapping[str, Nearness]:
        return {self.department: Nearness(0.9, "a phrase of ours")}


@pytest.fixture
def app(either_app: Flask) -> Flask:
    change_deployment(either_app, encoder=lambda: Sure("ophthalmology"))
    return either_app


def look(app: Flask) -> int:
    with app.app_context():
        return refinement.refine_waiting(deployment())


def case_of(app: Flask, receipt: Receipt) -> Case:
    with app.app_context(), reading() as session:
        case = session.get_one(Case, receipt.case_id)
        session.expunge(case)
        return case


def test_a_new_case_is_looked_at_once_more_and_once_only(app: Flask) -> None:
    receipt = send(app, story=NOBODY_KNOWS)
    assert receipt.department == "general-practice"
    assert look(app) == 1
    assert look(app) == 0
    case = case_of(app, receipt)
    assert (case.proposed_department, case.proposed_hospital, case.desk) == ("ophthalmology", "sahzu", "sahzu")


def test_the_desk_that_now_has_the_case_is_told(app: Flask) -> None:
    receipt = send(app, story=NOBODY_KNOWS)
    look(app)
    with app.app_context(), reading() as session:
        keys = session.scalars(select(OutboxMessage.key).filter_by(case_id=receipt.case_id, kind="desk-new-case"))
        assert {key.rpartition(":")[2] for key in keys} == {"first", "for-sahzu"}
        events = session.scalars(select(CaseEvent.action).filter_by(case_id=receipt.case_id))
        assert "proposal-refined" in set(events)


def test_what_a_person_has_taken_up_is_left_alone(app: Flask) -> None:
    receipt = send(app, story=NOBODY_KNOWS)
    with app.app_context(), transaction() as session:
        session.get_one(Case, receipt.case_id).stage = Stage.IN_TRIAGE
    assert look(app) == 0
    assert case_of(app, receipt).proposed_department == "general-practice"


def test_an_alarm_is_never_taken_back(app: Flask) -> None:
    receipt = send(app, story="Crushing chest pain now, sweating")
    look(app)
    case = case_of(app, receipt)
    assert (case.alarm, case.proposed_department) == ("emergency", "emergency")


def test_without_an_encoder_the_words_decide(app: Flask) -> None:
    change_deployment(app, encoder=lambda: None)
    receipt = send(app, story=NOBODY_KNOWS)
    assert look(app) == 1
    assert case_of(app, receipt).proposed_department == "general-practice"
