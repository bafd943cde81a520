"""A request comes in: once, whole, and only with consent (trust I-02, I-03, P1)."""

from __future__ import annotations

import ast
import json
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import event, func, select

from intake.domain.errors import KeyReused
from intake.domain.service_request import STORY_LIMIT, RequestFaults
from intake.services.deployment import deployment
from intake.services.submission import Receipt, submit
from intake.services.transaction import reading
from intake.store.base import Base, db
from intake.store.cases import Case
from intake.store.outbox import OutboxMessage
from intake.web.words import FAULTS, fault_sentence
from tests.people import Patient, a_request, now, send, soup
from tests.servers import ROOT

EMERGENCY = "severe chest pain right now, cannot breathe"
EMPTY: Counter[str] = Counter()


def stored(app: Flask) -> Counter[str]:
    """How many rows each table holds; empty tables are left out."""
    with app.app_context(), reading() as session:
        tables = Base.metadata.sorted_tables
        return +Counter({table.name: session.scalar(select(func.count()).select_from(table)) for table in tables})


def in_context(app: Flask, request: dict[str, Any]) -> Receipt:
    with app.app_context():
        return submit(deployment(), request, now())


def test_i02_the_same_request_thrice_at_once_makes_one_case(either_app: Flask) -> None:
    request, start = a_request(), Barrier(3)

    def press(_: int) -> Receipt:
        start.wait()
        return in_context(either_app, request)

    with ThreadPoolExecutor(3) as hands:
        receipts = list(hands.map(press, range(3)))
    assert len({receipt.number for receipt in receipts}) == 1
    assert sorted(receipt.repeated for receipt in receipts) == [False, True, True]
    kept = stored(either_app)
    assert (kept["cases"], kept["service_requests"], kept["outbox"]) == (1, 1, 2)


def test_i02_thrice_at_once_with_other_content_makes_one_case_and_two_refusals(either_app: Flask) -> None:
    key, start = str(uuid4()), Barrier(3)

    def press(number: int) -> str:
        start.wait()
        try:
            return in_context(either_app, a_request(idempotency_key=key, story=f"Gallstones {number}")).number
        except KeyReused as refusal:
            return refusal.code

    with ThreadPoolExecutor(3) as hands:
        answers = sorted(hands.map(press, range(3)))
    assert answers[1:] == ["key_reused", "key_reused"]
    assert stored(either_app)["cases"] == 1


def test_i02_a_key_with_other_content_is_refused_and_stores_nothing(either_app: Flask) -> None:
    request = a_request()
    first = in_context(either_app, request)
    before = stored(either_app)
    with pytest.raises(KeyReused) as refusal:
        in_context(either_app, request | {"story": "Something else"})
    assert refusal.value.code == "key_reused"
    assert in_context(either_app, request).number == first.number
    assert stored(either_app) == before


class Cut(Exception):
    """The power cut of the test."""


@contextmanager
def cut_at(app: Flask, number: int) -> Iterator[list[str]]:
    """Raises Cut instead of the statement with this number, counted from 0; the commit counts as the last one."""
    seen: list[str] = []

    def count(statement: str) -> None:
        seen.append(statement)
        if len(seen) > number:
            raise Cut(statement)

    def on_statement(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        count(statement)

    def on_commit(_connection: Any) -> None:
        count("COMMIT")

    with app.app_context():
        engine = db.engine
    listeners = (("before_cursor_execute", on_statement), ("commit", on_commit))
    for name, listener in listeners:
        event.listen(engine, name, listener)
    try:
        yield seen
    finally:
        for name, listener in listeners:
            event.remove(engine, name, listener)


def test_i03_wherever_the_power_is_cut_case_and_mails_are_there_together_or_not_at_all(either_app: Flask) -> None:
    with cut_at(either_app, 10_000) as whole:
        send(either_app, story=EMERGENCY)
    before = stored(either_app)
    assert before["outbox"] == 3
    assert whole[-1] == "COMMIT"
    for number in range(len(whole)):
        with cut_at(either_app, number), pytest.raises(Cut):
            send(either_app, story=EMERGENCY)
        assert stored(either_app) == before, f"cut at {whole[number]!r}"


def test_a_case_that_stands_has_its_mails_and_its_alarm_in_the_same_commit(app: Flask) -> None:
    receipt = send(app, story=EMERGENCY)
    with app.app_context(), reading() as session:
        kinds = set(session.scalars(select(OutboxMessage.kind).filter_by(case_id=receipt.case_id)))
        assert session.get_one(Case, receipt.case_id).alarm == receipt.alarm
    assert kinds == {"emergency-advice", "request-received", "desk-new-case"}


def test_without_an_address_only_the_desk_gets_a_mail(app: Flask) -> None:
    receipt = send(app, contact={"email": None})
    with app.app_context(), reading() as session:
        assert session.get_one(Case, receipt.case_id).by_phone
        assert list(session.scalars(select(OutboxMessage.kind))) == ["desk-new-case"]


@pytest.mark.parametrize("consents", [[], None, ["cross-border"], "health-data", [None, 3]])
def test_p1_without_consent_nothing_is_stored(app: Flask, consents: Any) -> None:
    with pytest.raises(RequestFaults) as refusal:
        send(app, consents=consents)
    assert [fault.code for fault in refusal.value.faults] == ["consent_required"]
    assert stored(app) == EMPTY


def test_p1_the_form_without_consent_stores_nothing_and_keeps_what_was_typed(app: Flask) -> None:
    answer = Patient(app).fills_in(consent="")
    assert answer.status_code == 422
    assert "Gallstones" in answer.text
    assert str(FAULTS["consents:consent_required"]) in soup(answer).text
    assert stored(app) == EMPTY


def test_all_faults_are_named_at_once_and_nothing_is_stored(app: Flask) -> None:
    with pytest.raises(RequestFaults) as refusal:
        send(app, story="\u200b ", patient={"birth_date": "1980-02-30", "sex": "man"}, contact={"email": "ben@"})
    assert {(fault.field, fault.code) for fault in refusal.value.faults} == {
        ("story", "required"),
        ("patient.birth_date", "invalid_date"),
        ("patient.sex", "unknown"),
        ("contact.email", "invalid_email"),
    }
    assert stored(app) == EMPTY


BAD: dict[str, dict[str, Any]] = {
    "everything is missing": {
        "patient": dict.fromkeys(("given_name", "birth_date", "sex", "nationality", "residence")),
        "contact": dict.fromkeys(("name", "relation")),
        "story": " ",
        "idempotency_key": "",
        "consents": [],
    },
    "nothing is known": {
        "patient": {"sex": "x", "nationality": "XXX", "residence": "XXX"},
        "contact": {"relation": "x", "email": "ben@@example"},
        "wishes": {"department": "x", "hospital": "x"},
        "location": "XXX",
    },
    "everything is too long": {
        "patient": {"given_name": "x" * 200, "family_name": "x" * 200, "native_name": "x" * 200},
        "contact": {"name": "x" * 200, "phone": "1" * 50},
        "story": "x" * (STORY_LIMIT + 1),
    },
    "lines are broken": {"patient": {"given_name": "a\nb"}, "contact": {"name": "a\u2028b", "phone": "1\n2"}},
    "dates are none": {
        "patient": {"birth_date": "?"},
        "travel": {"arrive_from": "2027-13-01", "arrive_to": "x", "stay_days": "long", "companions": "many"},
    },
    "numbers are out of range": {
        "patient": {"birth_date": "2999-01-01"},
        "travel": {"arrive_from": "2027-02-01", "arrive_to": "2027-01-01", "stay_days": 0, "companions": 10},
    },
    "the patient is too old": {"patient": {"birth_date": "1700-01-01"}},
    "a child writes": {"patient": {"birth_date": "2020-01-01"}},
}


@pytest.mark.parametrize("name", BAD)
def test_whatever_a_person_can_get_wrong_in_the_form_has_a_sentence_of_its_own(app: Flask, name: str) -> None:
    with pytest.raises(RequestFaults) as refusal:
        send(app, **BAD[name])
    with app.test_request_context("/en/"):
        general = str(FAULTS["invalid"])
        mute = [fault for fault in refusal.value.faults if fault_sentence(fault.field, fault.code) == general]
    assert mute == []


FALL_BACK = {
    "not_text": "only the shell can hand over something else than text",
    "no_gate": "the button stands only while the gate does",
    "case_ended": "the form stands only while the case is open",
}
"""Codes without a sentence of their own, and why that does no harm."""


SPEAKING = (ROOT / "intake/domain/service_request.py", *(ROOT / "intake/services").glob("*.py"))


def test_every_fault_code_in_the_code_has_a_sentence_or_a_reason_to_have_none() -> None:
    codes = {code for path in SPEAKING for code in _codes(path)}
    assert codes >= {"required", "guardian_needed", "gate_stands", "not_text"}, "the search itself finds codes"
    spoken = {key.rpartition(":")[2] for key in FAULTS}
    assert codes - spoken - FALL_BACK.keys() == set()


def _codes(path: Path) -> Iterator[str]:
    """Codes of `self.fault(field, code)` and of `InvalidRequest(…, code=…)`."""
    for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        given = call.args[1:2] if name == "fault" else [word.value for word in call.keywords if word.arg == "code"]
        if name in ("fault", "InvalidRequest"):
            yield from (node.value for node in given if isinstance(node, ast.Constant) and isinstance(node.value, str))


def test_the_shell_and_the_form_say_the_same_thing(app: Flask) -> None:
    request = a_request(patient={"family_name": "Tân"}, story="  Gallstones,\r\nwants laparoscopic operation ")
    line = app.test_cli_runner().invoke(args=["submit", "-"], input=json.dumps(request) + "\n")
    assert line.exit_code == 0, line.output
    before = stored(app)
    key, story = request["idempotency_key"], "Gallstones,\nwants laparoscopic operation"
    answer = Patient(app).fills_in(idempotency_key=key, family_name="Ta\u0302n", story=story)
    assert answer.status_code == 303, answer.text
    assert stored(app) == before, "the form's request is the shell's request once more"


def test_a_bad_line_has_its_own_answer_and_the_others_go_on(app: Flask) -> None:
    good = a_request() | {"id": "good"}
    lines = ["{", json.dumps(good), json.dumps(good | {"id": "again"}), json.dumps(good | {"story": "x"}), '{"id": 7}']
    result = app.test_cli_runner().invoke(args=["submit", "-"], input="\n".join(lines))
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == ["line 1", "good", "again", "good", 7]
    assert [answer.get("error", {}).get("code") for answer in answers] == [
        "invalid_json",
        None,
        None,
        "key_reused",
        "consent_required",
    ]
    assert answers[1]["case_number"] == answers[2]["case_number"]
    assert stored(app)["cases"] == 1
