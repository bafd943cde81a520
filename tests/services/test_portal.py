"""The patient's way in, and who does not get in (trust S-06, S-07, S-08)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from intake.domain.access import patient_actor
from intake.domain.errors import InvalidRequest, NotFound, SignInRefused, TooManyTries
from intake.domain.service_request import STORY_LIMIT
from intake.services import portal
from intake.services.access_codes import link_token, mailed_code, return_code
from intake.services.deployment import Deployment, deployment
from intake.services.sessions import portal_actor
from intake.services.submission import Receipt
from intake.services.transaction import reading
from intake.services.worklist import open_case
from intake.store.outbox import OutboxMessage
from intake.store.sealing import KeyRing
from intake.store.staff import SignInCode
from tests.actors import lead
from tests.people import now, send

BROWSER, ORIGIN = "this browser", "this origin"
pytestmark = pytest.mark.usefixtures("context")


def link(receipt: Receipt, purpose: str = "mail") -> str:
    return link_token(deployment().keys, receipt.case_id, purpose)


def code(receipt: Receipt) -> str:
    return return_code(deployment().keys, receipt.case_id)


def enter(receipt: Receipt, purpose: str = "mail", typed: str | None = None) -> str:
    return portal.enter_by_link(deployment(), link(receipt, purpose), typed or code(receipt), ORIGIN, now())


def asked_for_code(receipt: Receipt, browser: str = BROWSER) -> SignInCode:
    """Ask for a mailed code and return its row."""
    portal.send_code(deployment(), link(receipt), browser, now())
    with reading() as session:
        newest = session.scalars(select(SignInCode).order_by(SignInCode.id.desc())).first()
        assert newest is not None
        session.expunge(newest)
        return newest


def codes_owed() -> int:
    with reading() as session:
        return len(session.scalars(select(OutboxMessage).filter_by(kind="sign-in-code")).all())


def try_code(receipt: Receipt, typed: str, browser: str = BROWSER, after: timedelta = timedelta()) -> str:
    return portal.enter_by_mailed_code(deployment(), link(receipt), browser, typed, now() + after)


def test_s06_a_link_leads_to_a_door_and_opening_it_changes_nothing(receipt: Receipt, place: Deployment) -> None:
    for _ in range(50):
        found = portal.door(link(receipt))
    assert found == portal.Door(receipt.case_id, mailed=True, mailed_code_possible=False)
    with pytest.raises(SignInRefused):
        portal.enter_by_link(place, link(receipt), "", ORIGIN, now())


def test_an_unknown_link_is_no_door() -> None:
    assert portal.door("x" * 43) is None


def test_link_and_return_code_open_the_case(receipt: Receipt) -> None:
    assert portal_actor(enter(receipt), now()) == patient_actor(receipt.case_id)


def test_the_return_code_may_be_typed_as_people_type(receipt: Receipt) -> None:
    untidy = code(receipt).lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert portal_actor(enter(receipt, typed=f" {untidy} "), now()) is not None


def test_a_code_opens_no_other_case(app: Flask, receipt: Receipt) -> None:
    with pytest.raises(SignInRefused):
        enter(receipt, typed=code(send(app)))


def test_the_case_number_with_the_return_code_opens_the_case(receipt: Receipt, place: Deployment) -> None:
    for typed in (receipt.number, receipt.number.lower(), receipt.number.removeprefix("Q-").replace("-", "")):
        token = portal.enter_by_number(place, typed, code(receipt), ORIGIN, now())
        assert portal_actor(token, now()) == patient_actor(receipt.case_id)


def test_s08_a_wrong_code_and_an_unknown_number_look_the_same(receipt: Receipt, place: Deployment) -> None:
    refusals = []
    for number in (receipt.number, "Q-0000-0000", ""):
        with pytest.raises(SignInRefused) as refusal:
            portal.enter_by_number(place, number, "AAAA-BBBB-CCCC-DDDD", ORIGIN, now())
        refusals.append((refusal.value.code, refusal.value.detail, refusal.value.field))
    assert len(set(refusals)) == 1


def test_s07_guessing_ends_after_twenty_tries_for_its_origin_alone(receipt: Receipt, place: Deployment) -> None:
    for _ in range(portal.TRIES):
        with pytest.raises(SignInRefused):
            enter(receipt, typed="AAAA-BBBB-CCCC-DDDD")
    with pytest.raises(TooManyTries):
        enter(receipt)
    assert portal.enter_by_link(place, link(receipt), code(receipt), "another origin", now())
    later = now() + portal.TRIES_WINDOW + timedelta(seconds=1)
    assert portal.enter_by_link(place, link(receipt), code(receipt), ORIGIN, later)


def test_a_mailed_code_serves_only_once_the_address_was_confirmed(receipt: Receipt, place: Deployment) -> None:
    portal.send_code(place, link(receipt), BROWSER, now())
    assert codes_owed() == 0
    enter(receipt)
    portal.send_code(place, link(receipt), BROWSER, now())
    assert codes_owed() == 1


def test_the_printed_link_does_not_confirm_the_address(receipt: Receipt) -> None:
    enter(receipt, purpose="receipt")
    found = portal.door(link(receipt))
    assert found is not None
    assert not found.mailed_code_possible


@pytest.fixture
def confirmed(receipt: Receipt) -> Receipt:
    enter(receipt)
    return receipt


def test_the_mailed_code_opens_the_case_once(confirmed: Receipt, place: Deployment) -> None:
    digits = mailed_code(place.keys, asked_for_code(confirmed).id)
    assert len(digits) == 8
    token = try_code(confirmed, f"{digits[:4]} {digits[4:]}")
    assert portal_actor(token, now()) == patient_actor(confirmed.case_id)
    with pytest.raises(SignInRefused):
        try_code(confirmed, digits)


def test_a_mailed_code_works_in_the_browser_that_asked_and_in_no_other(confirmed: Receipt, place: Deployment) -> None:
    digits = mailed_code(place.keys, asked_for_code(confirmed).id)
    for browser in ("another browser", ""):
        with pytest.raises(SignInRefused):
            try_code(confirmed, digits, browser)
    assert try_code(confirmed, digits)


def test_a_mailed_code_dies_after_ten_minutes(confirmed: Receipt, place: Deployment) -> None:
    digits = mailed_code(place.keys, asked_for_code(confirmed).id)
    with pytest.raises(SignInRefused):
        try_code(confirmed, digits, after=portal.CODE_LIFE)
    assert try_code(confirmed, digits, after=portal.CODE_LIFE - timedelta(seconds=5))


def test_s07_five_wrong_tries_burn_a_mailed_code_and_a_new_mail_is_needed(
    confirmed: Receipt, place: Deployment
) -> None:
    digits = mailed_code(place.keys, asked_for_code(confirmed).id)
    for _ in range(portal.TRIES_A_CODE):
        with pytest.raises(SignInRefused):
            try_code(confirmed, "00000000" if digits != "00000000" else "11111111")
    with pytest.raises(TooManyTries):
        try_code(confirmed, digits)
    assert try_code(confirmed, mailed_code(place.keys, asked_for_code(confirmed).id))


def test_s07_an_hour_brings_five_codes_and_no_more(confirmed: Receipt) -> None:
    for _ in range(portal.CODES_AN_HOUR + 3):
        asked_for_code(confirmed)
    assert codes_owed() == portal.CODES_AN_HOUR


def test_the_older_of_two_codes_does_not_open(confirmed: Receipt, place: Deployment) -> None:
    older, newer = (mailed_code(place.keys, asked_for_code(confirmed).id) for _ in range(2))
    with pytest.raises(SignInRefused):
        try_code(confirmed, older)
    assert try_code(confirmed, newer)
    with pytest.raises(SignInRefused):
        try_code(confirmed, older)


def test_s12_the_database_alone_opens_nothing(receipt: Receipt) -> None:
    """Links and codes come from the key ring: with another ring the same rows give other ones."""
    other = KeyRing({"thief": bytes(range(32))})
    assert link_token(other, receipt.case_id, "mail") != link(receipt)
    assert return_code(other, receipt.case_id) != code(receipt)


def test_the_patients_side_sees_its_own_case_and_no_other(app: Flask, receipt: Receipt, place: Deployment) -> None:
    other = send(app)
    assert portal.portal_case(place, patient_actor(receipt.case_id)).number == receipt.number
    with pytest.raises(NotFound):
        open_case(place, patient_actor(receipt.case_id), other.case_id, now())


@pytest.mark.parametrize(
    ("body", "fault"), [("", "required"), ("\u200b \n", "required"), ("x" * (STORY_LIMIT + 1), "too_long")]
)
def test_a_message_says_something_and_not_too_much(receipt: Receipt, place: Deployment, body: str, fault: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        portal.write(place, patient_actor(receipt.case_id), body, "en", now())
    assert refusal.value.code == fault
    assert portal.portal_case(place, patient_actor(receipt.case_id)).messages == ()


def test_c03_a_later_message_that_nobody_could_screen_marks_the_case(
    app: Flask, receipt: Receipt, place: Deployment
) -> None:
    actor = patient_actor(receipt.case_id)
    assert portal.write(place, actor, "ရင်သားမှာ အကျိတ်ရှိတယ်", "my", now()) is None
    assert open_case(place, lead(app), receipt.case_id, now()).row.not_screened


def test_c03_a_detector_that_fails_marks_the_case_and_the_message_is_kept(
    app: Flask, receipt: Receipt, place: Deployment
) -> None:
    broken = replace(place, knowledge=replace(place.knowledge, red_flags=None))  # type: ignore[arg-type]
    assert portal.write(broken, patient_actor(receipt.case_id), "Hello", "en", now()) is None
    view = open_case(place, lead(app), receipt.case_id, now())
    assert view.row.not_screened
    assert [message.body for message in view.messages] == ["Hello"]
