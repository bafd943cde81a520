"""How often a page asks the database: bounds that hold on every machine, and do not grow with the rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from intake.services.worklist import PAGE_ROWS
from intake.store.base import db
from tests.people import Desk, Patient

SUBMISSION = 11  # an earlier alarm of the address, and one INSERT for each of ten tables
PATIENTS_PAGE = 5
CASE_PAGE = 17
WORKLIST = 4


@contextmanager
def statements(app: Flask) -> Iterator[list[tuple[str, Any]]]:
    """What the application sends to its database meanwhile, with the values; BEGIN and COMMIT do not count."""
    sent: list[tuple[str, Any]] = []

    def note(connection: Any, cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            sent.append((statement, values))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def count(app: Flask, act: Callable[[], object]) -> int:
    with statements(app) as sent:
        act()
    return len(sent)


def test_the_form_asks_nothing_of_the_database(either_app: Flask) -> None:
    patient = Patient(either_app)
    assert count(either_app, lambda: patient.get("/en/")) == 0


def test_a_request_is_kept_with_a_bounded_number_of_statements(either_app: Flask) -> None:
    patient = Patient(either_app)
    patient.get("/en/")
    with statements(either_app) as sent:
        assert patient.post("/en/", patient.fields()).status_code == 303
    assert 0 < len(sent) <= SUBMISSION


def test_the_patients_page_asks_a_bounded_number_of_times(either_app: Flask) -> None:
    patient = Patient(either_app)
    patient.enters(patient.sends())
    assert 0 < count(either_app, lambda: patient.get("/en/my/")) <= PATIENTS_PAGE


def test_the_desk_opens_a_case_with_a_bounded_number_of_statements(either_app: Flask) -> None:
    desk, receipt = signed_in(either_app), Patient(either_app).sends()
    assert 0 < count(either_app, lambda: desk.opens(receipt)) <= CASE_PAGE


def test_the_worklist_asks_as_often_for_fifty_cases_as_for_one(either_app: Flask) -> None:
    desk, patient = signed_in(either_app), Patient(either_app)
    patient.sends()
    for_one = count(either_app, lambda: desk.get("/desk/"))
    for _ in range(PAGE_ROWS):
        patient.sends()
    assert count(either_app, lambda: desk.get("/desk/")) == for_one <= WORKLIST


@pytest.mark.parametrize(("role", "hospital"), [("network-lead", None), ("coordinator", "zju4h")])
def test_the_worklist_reads_its_rows_from_the_index_in_order(app: Flask, role: str, hospital: str | None) -> None:
    desk = Desk(app).signed_in("reader@hospital.example", role, hospital)
    Patient(app).sends()
    with statements(app) as sent:
        desk.get("/desk/")
    [listing] = [row for row in sent if "FROM cases" in row[0] and "ORDER BY" in row[0]]
    plan = explained(app, *listing)
    assert "rank_waiting_since_id" in plan
    assert "SCAN" not in plan
    assert "TEMP B-TREE" not in plan


def explained(app: Flask, statement: str, values: Any) -> str:
    with app.app_context(), db.engine.connect() as connection:
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        return "\n".join(str(row[3]) for row in rows)


def signed_in(app: Flask) -> Desk:
    return Desk(app).signed_in("lead@hospital.example", "network-lead", None)
