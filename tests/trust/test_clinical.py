"""C-2, C-3, C-4 and H10: danger is never delayed or blocked, unknown is not routine, and a person decides."""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from intake.domain.access import Actor, StaffRole, patient_actor
from intake.domain.errors import ActionNotAllowed, InvalidRequest, QiaoError
from intake.domain.knowledge import Knowledge
from intake.domain.lifecycle import ENDED, Stage
from intake.domain.red_flags import Alarm, RedFlagLexicon
from intake.gateways.queue import Waker
from intake.services import portal, triage
from intake.services.assessment import screened
from intake.services.deployment import Deployment, deployment
from intake.services.submission import Receipt
from intake.services.transaction import reading
from intake.store import referrals
from intake.store.cases import Case
from intake.store.staff import Staff
from tests.conftest import running, settings_for
from tests.people import Desk, Patient, now, send, soup
from tests.trust.capture import Taken, capture_mails, send_mails

EMERGENCY = "I have crushing chest pain since an hour and cannot breathe"
CRISIS = "I do not want to live any more and want to kill myself"
HARMLESS = "Gallstones, would like a laparoscopic operation"
UNREAD = "ဒူးနာတာ နှစ်နှစ်ရှိပြီ"
"""Burmese: a language that no red-flag word is known in."""


def numbers(page: BeautifulSoup) -> list[str]:
    """The case numbers on the worklist, in their order."""
    return [link.text.strip() for link in page.select(".worklist tbody td:first-child a")]


def test_c2_a_flagged_request_is_accepted_and_the_next_page_says_what_to_do(app: Flask, patient: Patient) -> None:
    sent = patient.fills_in(story=EMERGENCY, location="FRA")
    assert sent.status_code == 303
    page = soup(patient.get(sent.headers["Location"]))
    panel = page.select_one(".emergency")
    assert panel is not None
    with app.app_context():
        number = deployment().knowledge.ambulance("FRA")
    assert number
    assert number in panel.text
    assert "120" in panel.text
    call = panel.select_one("a[href^='tel:']")
    assert call is not None
    assert call["href"] == f"tel:{number}"
    assert page.select_one("h1") is not None
    assert "hidden" not in panel.attrs, "the advice needs no script"


@pytest.mark.parametrize("story", [EMERGENCY, CRISIS])
def test_c2_the_advice_is_mailed_and_stands_on_the_patients_page(app: Flask, patient: Patient, story: str) -> None:
    mails = capture_mails(app)
    receipt = patient.sends(story=story, location="CHN")
    send_mails(app)
    advised = [mail for mail in mails if "120" in mail.words]
    assert [mail.recipient for mail in advised] == ["ben@example.org"]
    assert soup(patient.enters(receipt)).select_one(".emergency")


def test_c2_without_a_known_number_the_advice_names_none(app: Flask, patient: Patient) -> None:
    with app.app_context():
        knowledge = deployment().knowledge
        unknown = next(code for code in knowledge.countries if knowledge.ambulance(code) is None)
    patient.fills_in(story=EMERGENCY, location=unknown)
    panel = soup(patient.get("/en/receipt/")).select_one(".emergency")
    assert panel is not None
    assert "your local emergency number" in panel.text
    assert not panel.select("a[href^='tel:']")


def test_c2_case_alarm_and_mails_are_one_transaction(app: Flask) -> None:
    """Fail at the commit, and there is neither a case nor an alarm nor a mail; else there is all of it."""
    receipt = send(app, story=EMERGENCY)
    with app.app_context(), reading() as session:
        case = session.get_one(Case, receipt.case_id)
        assert case.alarm == Alarm.EMERGENCY
        counted = {
            name: session.connection().exec_driver_sql(f"SELECT count(*) FROM {name}").scalar_one()
            for name in ("cases", "proposals", "outbox")
        }
        raised = session.connection().exec_driver_sql("SELECT action FROM journal ORDER BY seq").scalars().all()
    assert counted == {"cases": 1, "proposals": 1, "outbox": 3}
    assert list(raised) == ["submit", "alarm-raised"]


def test_c2_a_flagged_case_is_on_top_of_the_desk_also_without_a_broker(app: Flask, desk: Desk) -> None:
    with app.app_context():
        unreachable = Waker("redis://127.0.0.1:9/0")
        app.extensions["qiao"] = dataclasses.replace(deployment(), wake=unreachable)
    ordinary, unread, flagged = (send(app, story=story) for story in (HARMLESS, UNREAD, EMERGENCY))
    assert numbers(soup(desk.get("/desk/"))) == [flagged.number, unread.number, ordinary.number]


def test_c2_a_second_try_without_the_symptom_stays_on_top(app: Flask, desk: Desk) -> None:
    """Who is warned once and writes again more harmlessly is not passed by (trust 0.1, 7)."""
    first = send(app, story=EMERGENCY, contact={"email": "ann@example.org"})
    ordinary = send(app, story=HARMLESS, contact={"email": "other@example.org"})
    again = send(app, story=HARMLESS, contact={"email": "Ann@example.org"})
    assert again.alarm is None
    assert numbers(soup(desk.get("/desk/"))) == [first.number, again.number, ordinary.number]


def with_red_flags(app: Flask, red_flags: RedFlagLexicon) -> None:
    with app.app_context():
        known: Knowledge = dataclasses.replace(deployment().knowledge, red_flags=red_flags)
        app.extensions["qiao"] = dataclasses.replace(deployment(), knowledge=known)


def test_c3_a_detector_that_fails_makes_a_case_wait_for_a_person_first(app: Flask, desk: Desk) -> None:
    before = send(app, story=HARMLESS)
    with_red_flags(app, cast(RedFlagLexicon, object()))
    after = send(app, story=HARMLESS)
    with app.app_context(), reading() as session:
        assert [session.get_one(Case, receipt.case_id).screened for receipt in (before, after)] == [True, False]
    page = soup(desk.get("/desk/"))
    assert numbers(page) == [after.number, before.number]
    assert "Not screened" in page.text
    assert "Not screened" in desk.opens(after).text


@pytest.mark.parametrize("text", ["", "   ", "???", UNREAD, "12345", "xyzzy plugh"])
def test_c3_what_cannot_be_read_is_not_called_harmless(knowledge: Knowledge, text: str) -> None:
    assert not screened(text, knowledge).screened


def test_c3_the_same_words_in_a_language_that_is_known_are_screened(knowledge: Knowledge) -> None:
    assert screened(HARMLESS, knowledge).screened


@pytest.mark.parametrize(
    "actions",
    [(), ("start-triage",), ("refer",), ("refer", "record-acceptance")],
    ids=len,
)
def test_h10_a_message_is_screened_like_the_first_story(
    app: Flask, patient: Patient, desk: Desk, actions: tuple[str, ...]
) -> None:
    mails = capture_mails(app)
    receipt = patient.sends(story=HARMLESS)
    other = patient.sends(story=HARMLESS)
    for action in actions:
        fields = {"department": receipt.department, "hospital": receipt.hospital, "physician": "Dr. Wu"}
        assert desk.acts(receipt, action, **fields).status_code == 303
    patient.enters(receipt)
    send_mails(app)
    mails.clear()
    assert patient.post("/en/my/messages/", {"body": f"It is worse. {EMERGENCY}"}).status_code == 303
    assert soup(patient.get("/en/my/")).select_one(".emergency")
    assert numbers(soup(desk.get("/desk/"))) == [receipt.number, other.number]
    send_mails(app)
    assert sorted(mail.recipient.partition("@")[0][:4] for mail in mails) == ["ben", "desk"]
    assert "alarm" in "".join(str(tag.attrs) for tag in soup(desk.get("/desk/")).select(".worklist tr"))


def test_h10_an_answer_that_cannot_be_read_puts_the_case_among_the_unscreened(
    app: Flask, patient: Patient, desk: Desk
) -> None:
    other, receipt = patient.sends(story=HARMLESS), patient.sends(story=HARMLESS)
    patient.enters(receipt)
    patient.post("/en/my/messages/", {"body": UNREAD})
    assert numbers(soup(desk.get("/desk/"))) == [receipt.number, other.number]


def test_c4_the_patients_page_names_no_hospital_before_a_person_confirmed_it(
    app: Flask, patient: Patient, desk: Desk
) -> None:
    receipt = patient.sends(story=HARMLESS)
    before = patient.enters(receipt).text
    assert desk.acts(receipt, "refer", department=receipt.department, hospital=receipt.hospital).status_code == 303
    after = patient.get("/en/my/").text
    desk.acts(receipt, "record-decline")
    again = patient.get("/en/my/").text
    with app.app_context():
        name = deployment().knowledge.network.hospitals[receipt.hospital or ""].names["en"]
    assert [name in page for page in (before, after, again)] == [False, True, False]


def test_c4_an_override_without_a_reason_is_refused_with_a_sentence(app: Flask, desk: Desk) -> None:
    receipt = send(app, story=HARMLESS)
    for reason in ("", "  ", "\u200b"):
        answer = desk.acts(receipt, "refer", department="ped-ent", hospital="children", reason=reason)
        assert answer.status_code == 422
        assert "Give a reason" in answer.text


class Decisions(RuleBasedStateMachine):
    """A case under every hand at once: the desk decides, the patient's side writes, mails go out in between."""

    app: Flask
    mails: list[Taken]
    staff_id: UUID
    departments: frozenset[str]
    hospitals: frozenset[str]

    def __init__(self) -> None:
        super().__init__()
        self.context = self.app.app_context()
        self.context.push()
        self.place: Deployment = deployment()
        self.receipt: Receipt = send(self.app, story=HARMLESS)
        self.coordinator = Actor("staff", self.staff_id, "Li Na", StaffRole.NETWORK_LEAD)
        self.patient = patient_actor(self.receipt.case_id)

    def teardown(self) -> None:
        self.context.pop()

    @property
    def case(self) -> Case:
        with reading() as session:
            found = session.get_one(Case, self.receipt.case_id)
            session.expunge(found)
            return found

    @property
    def where(self) -> tuple[Deployment, Actor, UUID, int]:
        return self.place, self.coordinator, self.receipt.case_id, self.case.version

    @rule(
        route=st.sampled_from([("general-surgery", "srrsh"), ("ped-ent", "children"), ("none", "zju4h")]),
        reason=st.sampled_from([None, "", " ", "A bed is free there."]),
    )
    def refer(self, route: tuple[str, str], reason: str | None) -> None:
        department, hospital = route
        proposed = (self.receipt.department, self.receipt.hospital)
        before = self.case
        try:
            triage.refer(*self.where, department=department, hospital=hospital, reason=reason, now=now())
        except (InvalidRequest, ActionNotAllowed):
            assert self.case.hospital == before.hospital
        else:
            assert route == proposed or (reason or "").strip()

    @rule(step=st.sampled_from(["ask", "write", "accept", "decline", "back", "lift"]))
    def decide(self, step: str) -> None:
        words = "We would like to know more."
        moves = {
            "ask": lambda: triage.ask_patient(*self.where, body=words, now=now()),
            "write": lambda: triage.write_to_patient(*self.where, body=words, now=now()),
            "accept": lambda: triage.accept(*self.where, physician="Dr. Wu", now=now()),
            "decline": lambda: triage.decline(*self.where, body=words, now=now()),
            "back": lambda: triage.return_to_triage(*self.where, now()),
            "lift": lambda: triage.lift_gate(*self.where, reason=words, now=now()),
        }
        _or_refused(moves[step])

    @rule(body=st.sampled_from([HARMLESS, EMERGENCY, UNREAD]))
    def patient_writes(self, body: str) -> None:
        _or_refused(lambda: portal.write(self.place, self.patient, body, "en", now()))

    @rule()
    def another_case_begins_after_the_end(self) -> None:
        if Stage(self.case.stage) in ENDED:
            self.receipt = send(self.app, story=HARMLESS)
            self.patient = patient_actor(self.receipt.case_id)

    @rule()
    def mails_go_out(self) -> None:
        send_mails(self.app)

    @invariant()
    def no_mail_names_a_department_and_only_news_of_acceptance_a_hospital(self) -> None:
        for mail in self.mails:
            words = mail.words
            named = {name for name in self.hospitals if name in words}
            assert not [name for name in self.departments if name in words], mail.message["Subject"]
            assert not named or "has been accepted" in words
            assert not named or Stage(self.case.stage) is Stage.ACCEPTED
        self.mails.clear()

    @invariant()
    def what_the_patient_sees_was_confirmed_by_a_named_person(self) -> None:
        shown = portal.portal_case(self.place, self.patient)
        with reading() as session:
            confirmed = [row for row in referrals.decisions_of(session, self.receipt.case_id) if row.kind == "refer"]
            assert all(row.staff_id == self.staff_id for row in confirmed)
            if shown.hospital or shown.department:
                assert (confirmed[-1].department, confirmed[-1].hospital) == (shown.department, shown.hospital)
            proposal = referrals.latest_proposal(session, self.receipt.case_id)
            assert proposal is not None
            case = session.get_one(Case, self.receipt.case_id)
            assert (case.proposed_department, case.proposed_hospital) == (
                self.receipt.department,
                self.receipt.hospital,
            )


def _or_refused(move: Callable[[], object]) -> None:
    """Any order of steps is tried; the life-cycle refuses those that are out of order."""
    with contextlib.suppress(QiaoError):
        move()


@pytest.fixture
def decisions(tmp_path: Path, empty_sqlite: Path) -> Iterator[type[Decisions]]:
    shutil.copy(empty_sqlite, tmp_path / "qiao.sqlite3")
    with running(settings_for(tmp_path)) as app:
        Decisions.app, Decisions.mails, Decisions.staff_id = app, capture_mails(app), _somebody(app)
        with app.app_context():
            network = deployment().knowledge.network
        Decisions.departments = frozenset(name for row in network.departments.values() for name in row.names.values())
        Decisions.hospitals = frozenset(name for row in network.hospitals.values() for name in row.names.values())
        yield Decisions


def _somebody(app: Flask) -> UUID:
    Desk(app).signed_in("lead@hospital.example", "network-lead", None)
    with app.app_context(), reading() as session:
        return session.scalars(select(Staff)).one().id


def test_c4_a_person_decides_and_no_mail_tells_whatever_happens(decisions: type[Decisions]) -> None:
    """About 300 steps in a fixed order of chance."""
    short = settings(
        max_examples=6,
        stateful_step_count=50,
        derandomize=True,
        phases=[Phase.generate],  # shrinking would play whole lives of a case again for minutes
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(decisions, settings=short)
