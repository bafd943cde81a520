"""How long a signed-in browser stays signed in (trust S-05)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from intake.services import sessions, staff
from intake.services.submission import Receipt
from intake.services.transaction import transaction
from tests.actors import lead
from tests.people import now

START = now()
pytestmark = pytest.mark.usefixtures("context")


def portal_session(receipt: Receipt) -> str:
    with transaction() as session:
        return sessions.open_session(session, START, sessions.PORTAL_LIFE, case_id=receipt.case_id)


def desk_session(app: Flask, *, second_factor: bool = True) -> str:
    person = lead(app)
    with transaction() as session:
        life = sessions.DESK_LIFE
        return sessions.open_session(session, START, life, staff_id=person.id, second_factor=second_factor)


def test_a_portal_session_ends_after_half_an_hour_of_silence(receipt: Receipt) -> None:
    token = portal_session(receipt)
    assert sessions.portal_actor(token, START + sessions.PORTAL_IDLE) is None
    assert sessions.portal_actor(token, START + sessions.PORTAL_IDLE - timedelta(seconds=1))


def test_a_portal_session_that_is_used_lives_eight_hours_and_no_longer(receipt: Receipt) -> None:
    token = portal_session(receipt)
    step = timedelta(minutes=20)
    alive = [count for count in range(1, 40) if sessions.portal_actor(token, START + count * step)]
    assert alive == list(range(1, 24)), "up to, and not including, 24 × 20 minutes"


def test_a_desk_session_ends_after_a_quarter_of_an_hour_of_silence(app: Flask) -> None:
    token = desk_session(app)
    assert sessions.desk_actor(token, START + sessions.DESK_IDLE) is None
    assert sessions.desk_actor(token, START + sessions.DESK_IDLE - timedelta(seconds=1))


def test_a_desk_session_that_is_used_lives_twelve_hours_and_no_longer(app: Flask) -> None:
    token = desk_session(app)
    step = timedelta(minutes=10)
    alive = [count for count in range(1, 80) if sessions.desk_actor(token, START + count * step)]
    assert alive == list(range(1, 72))


def test_reading_often_writes_rarely(app: Flask) -> None:
    token = desk_session(app)
    assert sessions.desk_actor(token, START + timedelta(seconds=50))
    assert sessions.desk_actor(token, START + sessions.DESK_IDLE + timedelta(seconds=10)) is None, (
        "not yet kept as used"
    )


def test_a_password_alone_is_no_desk_session(app: Flask) -> None:
    token = desk_session(app, second_factor=False)
    assert sessions.desk_actor(token, START) is None
    assert sessions.pending_staff(token, START)


def test_a_session_with_its_second_factor_is_not_pending_any_more(app: Flask) -> None:
    assert sessions.pending_staff(desk_session(app), START) is None


def test_a_session_of_one_side_is_none_of_the_other(app: Flask, receipt: Receipt) -> None:
    assert sessions.desk_actor(portal_session(receipt), START) is None
    assert sessions.portal_actor(desk_session(app), START) is None


@pytest.mark.parametrize("token", ["", "x" * 43, "x" * 100_000])
def test_a_token_that_was_never_given_opens_nothing(token: str) -> None:
    assert sessions.portal_actor(token, START) is None
    assert sessions.desk_actor(token, START) is None


def test_an_ended_session_stays_ended(receipt: Receipt) -> None:
    token = portal_session(receipt)
    sessions.end_session(token, START)
    assert sessions.portal_actor(token, START) is None


def test_disabling_an_account_ends_its_sessions_at_once(app: Flask) -> None:
    token = desk_session(app)
    person = sessions.desk_actor(token, START)
    assert person is not None
    staff.disable(f"{person.id}@hospital.example", START)
    assert sessions.desk_actor(token, START) is None
