"""People at the desks: invited once, signed in with two factors (trust e-11)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select

from intake.domain.access import Actor
from intake.domain.errors import InvalidRequest, NotFound, SignInRefused, TooManyTries
from intake.services import staff
from intake.services.deployment import Deployment, deployment
from intake.services.sessions import desk_actor, pending_staff
from intake.services.transaction import reading
from intake.store.staff import Staff
from tests.people import PASSWORD, now

EMAIL, ORIGIN = "li.na@hospital.example", "this origin"
START = now()
pytestmark = pytest.mark.usefixtures("context")


def invite(role: str = "coordinator", organization: str | None = "zju4h") -> str:
    return staff.invite(deployment(), EMAIL, role, organization, START)


def accept(token: str, password: str = PASSWORD, name: str = "Li Na") -> str:
    return staff.accept_invitation(deployment(), token, name, password, START)


def pending(token: str) -> Actor:
    found = pending_staff(token, START)
    assert found is not None
    return found


def secret_of(actor: Actor) -> str:
    enrolment = staff.second_factor_to_enrol(deployment(), actor)
    assert enrolment is not None
    return enrolment[0]


@pytest.fixture
def secret(app: Flask) -> str:
    """The second factor of an account that was opened and signed in once, at START."""
    token = accept(invite())
    actor = pending(token)
    secret = secret_of(actor)
    assert desk_actor(staff.second_factor(deployment(), token, actor, pyotp.TOTP(secret).at(START), START), START)
    return secret


def second_step(code: str, after: timedelta = timedelta()) -> str:
    """Password and code of an existing account; the full session's token."""
    token = staff.sign_in(EMAIL, PASSWORD, ORIGIN, START + after)
    actor = pending_staff(token, START + after)
    assert actor is not None
    return staff.second_factor(deployment(), token, actor, code, START + after)


def test_an_invitation_opens_one_account(place: Deployment) -> None:
    token = invite()
    assert staff.invited_email(token, START) == EMAIL
    actor = pending(accept(token))
    assert (actor.name, actor.role, actor.organization) == ("Li Na", "coordinator", "zju4h")
    with pytest.raises(NotFound):
        accept(token)
    with pytest.raises(NotFound):
        staff.invited_email(token, START)


def test_an_invitation_dies_after_a_week(place: Deployment) -> None:
    token = invite()
    with pytest.raises(NotFound):
        staff.accept_invitation(place, token, "Li Na", PASSWORD, START + staff.INVITATION_LIFE)


def test_an_invitation_whose_password_was_refused_can_still_be_used() -> None:
    token = invite()
    with pytest.raises(InvalidRequest):
        accept(token, "too short")
    assert accept(token)


@pytest.mark.parametrize(
    ("role", "organization", "field"),
    [("king", None, "role"), ("coordinator", None, "organization"), ("coordinator", "no-such", "organization")],
)
def test_an_invitation_names_a_role_and_a_hospital_that_exist(role: str, organization: str | None, field: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        invite(role, organization)
    assert refusal.value.field == field


def test_a_new_invitation_replaces_password_and_second_factor_and_ends_sessions(secret: str) -> None:
    before = second_step(pyotp.TOTP(secret).at(START + timedelta(minutes=5)), timedelta(minutes=5))
    actor = pending(accept(invite("network-lead", None), "another battery staple"))
    assert desk_actor(before, START + timedelta(minutes=5)) is None
    assert actor.whole_network
    assert secret_of(actor) != secret
    with pytest.raises(SignInRefused):
        staff.sign_in(EMAIL, PASSWORD, ORIGIN, START)


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("fourteen chars", "password_too_short"),
        ("x" * 129, "too_long"),
        ("aaaaaaaaaaaaaaaaaaaa", "password_easy"),
        ("my-password-is-this-one", "password_easy"),
        ("li.na li.na li.na li", "password_easy"),
        ("welcome to Hangzhou Qiao", "password_easy"),
        ("Zhou-Zhou-Zhou-Zhou!x", "password_easy"),
    ],
)
def test_a_weak_password_is_refused_and_said_why(password: str, code: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        staff.check_password(password, EMAIL, "Zhou Li")
    assert (refusal.value.field, refusal.value.code) == ("password", code)


@pytest.mark.parametrize("password", [PASSWORD, "四匹马和一个订书钉在桥上慢慢地走", "пятнадцать букв!"])
def test_a_long_password_in_any_script_is_taken(password: str) -> None:
    staff.check_password(password, EMAIL, "Li Na")


def test_the_password_is_not_kept(secret: str) -> None:
    with reading() as session:
        person = session.scalars(select(Staff)).one()
        assert person.password_hash.startswith("$argon2id$")
        assert PASSWORD not in person.password_hash
        assert person.totp_sealed is not None
        assert secret.encode() not in person.totp_sealed


def test_both_factors_open_the_desk_under_a_new_token(place: Deployment, secret: str) -> None:
    later = START + timedelta(minutes=1)
    first = staff.sign_in(f"  {EMAIL.upper()} ", PASSWORD, ORIGIN, later)
    assert desk_actor(first, later) is None
    actor = pending_staff(first, later)
    assert actor is not None
    full = staff.second_factor(place, first, actor, pyotp.TOTP(secret).at(later), later)
    assert desk_actor(full, later) == actor
    assert full != first
    assert pending_staff(first, later) is None
    assert desk_actor(first, later) is None


@pytest.mark.parametrize(("email", "password"), [(EMAIL, "wrong"), ("nobody@hospital.example", PASSWORD), ("", "")])
def test_s08_a_wrong_password_and_an_unknown_address_look_the_same(secret: str, email: str, password: str) -> None:
    with pytest.raises(SignInRefused) as refusal:
        staff.sign_in(email, password, ORIGIN, START)
    assert (refusal.value.code, refusal.value.detail) == ("sign_in_refused", "")


def test_ten_wrong_passwords_close_the_door_for_their_origin_alone(secret: str) -> None:
    for _ in range(staff.TRIES):
        with pytest.raises(SignInRefused):
            staff.sign_in(EMAIL, "wrong", ORIGIN, START)
    with pytest.raises(TooManyTries):
        staff.sign_in(EMAIL, PASSWORD, ORIGIN, START)
    assert staff.sign_in(EMAIL, PASSWORD, "another origin", START)
    assert staff.sign_in(EMAIL, PASSWORD, ORIGIN, START + staff.TRIES_WINDOW + timedelta(seconds=1))


def test_a_second_factor_is_shown_until_it_was_confirmed_and_never_again(place: Deployment, secret: str) -> None:
    token = staff.sign_in(EMAIL, PASSWORD, ORIGIN, START)
    assert staff.second_factor_to_enrol(place, pending(token)) is None


def test_a_code_of_the_second_factor_works_once(secret: str) -> None:
    with pytest.raises(SignInRefused):
        second_step(pyotp.TOTP(secret).at(START))
    later = timedelta(seconds=61)
    code = pyotp.TOTP(secret).at(START + later)
    assert second_step(code, later)
    with pytest.raises(SignInRefused):
        second_step(code, later)


@pytest.mark.parametrize(("drift", "opens"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_clock_may_be_off_by_one_step(secret: str, drift: int, opens: bool) -> None:
    later = timedelta(minutes=10)
    code = pyotp.TOTP(secret).at(START + later + timedelta(seconds=drift))
    if opens:
        assert second_step(code, later)
    else:
        with pytest.raises(SignInRefused):
            second_step(code, later)


def test_five_wrong_codes_end_the_guessing(place: Deployment, secret: str) -> None:
    later = START + timedelta(minutes=10)
    right = pyotp.TOTP(secret).at(later)
    token = staff.sign_in(EMAIL, PASSWORD, ORIGIN, later)
    actor = pending_staff(token, later)
    assert actor is not None
    for _ in range(5):
        with pytest.raises(SignInRefused):
            staff.second_factor(place, token, actor, "000000" if right != "000000" else "111111", later)
    with pytest.raises(TooManyTries):
        staff.second_factor(place, token, actor, right, later)


def test_a_disabled_account_opens_no_more_and_says_nothing_else(secret: str) -> None:
    staff.disable(EMAIL, START)
    with pytest.raises(SignInRefused):
        staff.sign_in(EMAIL, PASSWORD, ORIGIN, START)
    with pytest.raises(NotFound):
        staff.disable("nobody@hospital.example", START)


def test_one_code_sent_four_times_at_once_opens_one_session(either_app: Flask) -> None:
    with either_app.app_context():
        first = accept(invite())
        actor = pending(first)
        code = pyotp.TOTP(secret_of(actor)).at(START)
    start = Barrier(4)

    def press(_: int) -> bool:
        with either_app.app_context():
            start.wait()
            try:
                return bool(staff.second_factor(deployment(), first, actor, code, START))
            except SignInRefused:
                return False

    with ThreadPoolExecutor(4) as hands:
        assert sorted(hands.map(press, range(4))) == [False, False, False, True]
