"""What a coordinator decides, and what a decision needs (trust C-4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from intake.domain.access import Actor, StaffRole, patient_actor
from intake.domain.errors import ActionNotAllowed, InvalidRequest, NotFound, StaleVersion
from intake.domain.lifecycle import ENDED, Stage
from intake.services import portal, triage
from intake.services.deployment import Deployment, deployment
from intake.services.submission import Receipt
from intake.services.transaction import reading
from intake.services.worklist import CaseView, open_case, worklist
from intake.store.outbox import OutboxMessage
from tests.actors import lead, member
from tests.people import now, send

TRANSPLANT = "I need a kidney transplant"
pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def actor(app: Flask) -> Actor:
    return lead(app)


def seen(actor: Actor, receipt: Receipt) -> CaseView:
    return open_case(deployment(), actor, receipt.case_id, now())


def act(use: Callable[..., None], actor: Actor, receipt: Receipt, **words: Any) -> CaseView:
    """Open the case, decide, and look again."""
    use(deployment(), actor, receipt.case_id, seen(actor, receipt).version, now=now(), **words)
    return seen(actor, receipt)


def confirm(actor: Actor, receipt: Receipt) -> CaseView:
    route = {"department": receipt.department, "hospital": receipt.hospital, "reason": None}
    return act(triage.refer, actor, receipt, **route)


def mails(receipt: Receipt) -> list[str]:
    with reading() as session:
        query = select(OutboxMessage.kind).filter_by(case_id=receipt.case_id).order_by(OutboxMessage.id)
        return list(session.scalars(query))


def test_one_press_confirms_the_proposal(actor: Actor, receipt: Receipt) -> None:
    view = confirm(actor, receipt)
    assert view.row.stage is Stage.REFERRED
    assert (view.row.department, view.row.hospital, view.row.confirmed) == (receipt.department, receipt.hospital, True)
    assert view.referral is not None
    assert (view.referral.by, view.referral.overridden, view.referral.words) == ("Li Na", False, None)
    assert [line.action for line in view.journal if line.by == "Li Na" and line.action != "read"] == [
        "start-triage",
        "refer",
    ]


def test_c04_nothing_is_confirmed_before_a_person_decided(actor: Actor, receipt: Receipt, place: Deployment) -> None:
    before = portal.portal_case(place, patient_actor(receipt.case_id))
    assert (before.hospital, before.department) == (None, None)
    confirm(actor, receipt)
    after = portal.portal_case(place, patient_actor(receipt.case_id))
    assert (after.hospital, after.department) == (receipt.hospital, receipt.department)


@pytest.mark.parametrize("reason", [None, "", " \u200b\n"])
def test_an_override_needs_a_reason(actor: Actor, receipt: Receipt, reason: str | None) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        act(triage.refer, actor, receipt, department="ped-ent", hospital="children", reason=reason)
    assert (refusal.value.field, refusal.value.code) == ("reason", "required")
    view = seen(actor, receipt)
    assert (view.row.stage, view.row.confirmed, view.decisions) == (Stage.SUBMITTED, False, ())


def test_an_override_is_kept_with_its_reason_and_moves_the_case_to_the_other_desk(
    app: Flask, actor: Actor, receipt: Receipt
) -> None:
    view = act(triage.refer, actor, receipt, department="ped-ent", hospital="children", reason="He is four.")
    assert view.referral is not None
    assert (view.referral.overridden, view.referral.words) == (True, "He is four.")
    assert seen(member(app, "children"), receipt).row.hospital == "children"
    with pytest.raises(NotFound):
        seen(member(app, receipt.hospital), receipt)


@pytest.mark.parametrize(
    ("department", "hospital", "field"), [("no-such", "children", "department"), ("ped-ent", "no-such", "hospital")]
)
def test_a_route_must_exist(actor: Actor, receipt: Receipt, department: str, hospital: str, field: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        act(triage.refer, actor, receipt, department=department, hospital=hospital, reason="x")
    assert (refusal.value.field, refusal.value.code) == (field, "unknown")


def test_a_gate_forbids_the_referral_until_a_named_person_lifts_it_with_a_reason(app: Flask, actor: Actor) -> None:
    receipt = send(app, story=TRANSPLANT)
    assert receipt.gate is not None
    route = {"department": "ped-ent", "hospital": "children", "reason": "x"}
    with pytest.raises(InvalidRequest) as refusal:
        act(triage.refer, actor, receipt, **route)
    assert refusal.value.code == "gate_stands"
    with pytest.raises(InvalidRequest) as refusal:
        act(triage.lift_gate, actor, receipt, reason=" ")
    assert refusal.value.code == "required"
    lifted = act(triage.lift_gate, actor, receipt, reason="The donor is a sister; the committee agreed.")
    assert lifted.row.gate is None
    assert [(decision.kind, decision.by) for decision in lifted.decisions] == [("lift-gate", "Li Na")]
    assert act(triage.refer, actor, receipt, **route).row.stage is Stage.REFERRED


def test_a_gate_that_does_not_stand_cannot_be_lifted(actor: Actor, receipt: Receipt) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        act(triage.lift_gate, actor, receipt, reason="x")
    assert refusal.value.code == "no_gate"


def test_a_question_waits_for_its_answer_which_returns_the_case_to_triage(
    actor: Actor, receipt: Receipt, place: Deployment
) -> None:
    asked = act(triage.ask_patient, actor, receipt, body="Since when?")
    assert (asked.row.stage, asked.row.our_turn) == (Stage.AWAITING_PATIENT, False)
    assert mails(receipt)[-1] == "question"
    assert portal.write(place, patient_actor(receipt.case_id), "Since May.", "en", now()) is None
    answered = seen(actor, receipt)
    assert (answered.row.stage, answered.row.our_turn) == (Stage.IN_TRIAGE, True)
    assert [(message.author, message.author_name, message.body) for message in answered.messages] == [
        ("desk", "Li Na", "Since when?"),
        ("patient", None, "Since May."),
    ]
    assert mails(receipt)[-1] == "desk-message"


def test_every_question_owes_a_mail_of_its_own(actor: Actor, receipt: Receipt) -> None:
    act(triage.ask_patient, actor, receipt, body="Since when?")
    act(triage.ask_patient, actor, receipt, body="And where?")
    assert mails(receipt).count("question") == 2


def test_an_empty_question_is_none(actor: Actor, receipt: Receipt) -> None:
    with pytest.raises(InvalidRequest):
        act(triage.ask_patient, actor, receipt, body="\u200b")
    assert seen(actor, receipt).row.stage is Stage.SUBMITTED


def test_a_declined_request_ends_with_advice_and_a_mail(actor: Actor, receipt: Receipt, place: Deployment) -> None:
    view = act(triage.decline, actor, receipt, body="Please see a doctor at home first.")
    assert view.row.stage is Stage.NOT_ACCEPTED
    assert view.actions == ()
    assert mails(receipt)[-1] == "news"
    assert worklist(place, actor, now()).rows == ()
    patients = portal.portal_case(place, patient_actor(receipt.case_id))
    assert (patients.messages[-1].body, patients.may_write) == ("Please see a doctor at home first.", False)


def test_an_acceptance_needs_the_name_of_a_physician(actor: Actor, receipt: Receipt) -> None:
    confirm(actor, receipt)
    with pytest.raises(InvalidRequest) as refusal:
        act(triage.accept, actor, receipt, physician=" ")
    assert (refusal.value.field, refusal.value.code) == ("physician", "required")
    view = act(triage.accept, actor, receipt, physician="Dr. Chen Wei")
    assert view.row.stage is Stage.ACCEPTED
    assert (view.decisions[-1].kind, view.decisions[-1].words) == ("record-acceptance", "Dr. Chen Wei")


def test_nothing_is_accepted_before_it_was_referred(actor: Actor, receipt: Receipt) -> None:
    with pytest.raises(ActionNotAllowed):
        act(triage.accept, actor, receipt, physician="Dr. Chen Wei")
    assert seen(actor, receipt).decisions == ()


def test_a_declined_referral_returns_to_triage_and_confirms_nothing_any_more(
    actor: Actor, receipt: Receipt, place: Deployment
) -> None:
    confirm(actor, receipt)
    view = act(triage.return_to_triage, actor, receipt)
    assert (view.row.stage, view.row.confirmed, view.referral) == (Stage.IN_TRIAGE, False, None)
    assert portal.portal_case(place, patient_actor(receipt.case_id)).hospital is None


@pytest.mark.parametrize("by", ["patient", "desk"])
def test_a_withdrawn_request_takes_no_further_step(actor: Actor, receipt: Receipt, place: Deployment, by: str) -> None:
    if by == "patient":
        portal.withdraw(patient_actor(receipt.case_id), now())
    else:
        act(triage.take_step, actor, receipt, action="withdraw")
    view = seen(actor, receipt)
    assert view.row.stage is Stage.WITHDRAWN
    assert view.row.stage in ENDED
    with pytest.raises(ActionNotAllowed):
        confirm(actor, receipt)
    with pytest.raises(InvalidRequest):
        portal.write(place, patient_actor(receipt.case_id), "Hello?", "en", now())


USES: dict[str, Callable[[Deployment, Actor, UUID, int], None]] = {
    "refer": lambda *on: triage.refer(*on, department="ped-ent", hospital="children", reason="x", now=now()),
    "lift gate": lambda *on: triage.lift_gate(*on, reason="x", now=now()),
    "ask": lambda *on: triage.ask_patient(*on, body="x", now=now()),
    "write": lambda *on: triage.write_to_patient(*on, body="x", now=now()),
    "decline": lambda *on: triage.decline(*on, body="x", now=now()),
    "accept": lambda *on: triage.accept(*on, physician="x", now=now()),
    "return": lambda place, actor, case, version: triage.return_to_triage(place, actor, case, version, now()),
    "withdraw": lambda place, actor, case, version: triage.take_step(place, actor, case, version, "withdraw", now()),
}


def test_no_decision_is_taken_on_a_page_that_is_out_of_date(actor: Actor, receipt: Receipt, place: Deployment) -> None:
    version = seen(actor, receipt).version
    confirm(actor, receipt)
    before = seen(actor, receipt)
    for use in USES.values():
        with pytest.raises(StaleVersion):
            use(place, actor, receipt.case_id, version)
    after = seen(actor, receipt)
    assert (after.row.stage, after.decisions, after.messages) == (before.row.stage, before.decisions, ())


def test_s02_the_case_of_another_hospital_is_not_found_like_one_that_never_was(
    app: Flask, actor: Actor, receipt: Receipt, place: Deployment
) -> None:
    stranger = member(app, "children")
    assert receipt.hospital != "children"
    version = seen(actor, receipt).version
    for use in USES.values():
        for case_id in (receipt.case_id, uuid4()):
            with pytest.raises(NotFound, match="no such case"):
                use(place, stranger, case_id, version)
    with pytest.raises(NotFound, match="no such case"):
        seen(stranger, receipt)
    assert worklist(place, stranger, now()).rows == ()
    assert seen(actor, receipt).row.stage is Stage.SUBMITTED


def test_reading_a_case_is_journaled_with_the_readers_name(app: Flask, receipt: Receipt) -> None:
    seen(member(app, receipt.hospital, name="Zhou Min"), receipt)
    lines = seen(member(app, receipt.hospital, name="Li Na"), receipt).journal
    assert [(line.action, line.by) for line in lines if line.action == "read"] == [
        ("read", "Zhou Min"),
        ("read", "Li Na"),
    ]


def test_an_administrator_sees_every_case(app: Flask, receipt: Receipt) -> None:
    assert seen(member(app, None, StaffRole.ADMINISTRATOR), receipt).row.number == receipt.number


def test_h10_a_later_message_with_danger_in_it_puts_the_case_on_top(
    app: Flask, actor: Actor, receipt: Receipt, place: Deployment
) -> None:
    send(app)
    confirm(actor, receipt)
    assert worklist(place, actor, now()).rows[0].number != receipt.number
    body = "severe chest pain right now, cannot breathe"
    assert portal.write(place, patient_actor(receipt.case_id), body, "en", now()) is not None
    top = worklist(place, actor, now()).rows[0]
    assert (top.number, top.our_turn) == (receipt.number, True)
    assert "emergency-advice" in mails(receipt)
    with pytest.raises(StaleVersion):
        triage.write_to_patient(place, actor, receipt.case_id, 1, body="x", now=now())
