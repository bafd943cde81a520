"""Signing out, or leaving, ends the token on the server, not only the copy in the browser (trust S-05)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from tests.people import Desk, Patient, Visitor, now


def brings_back(visitor: Visitor, cookie: str, sign_out: str, page: str) -> int:
    """Sign out, put the old cookie into the browser again and open the page."""
    kept = visitor.client.get_cookie(cookie)
    assert kept is not None
    assert visitor.get(page).status_code == 200
    assert visitor.post(sign_out).status_code == 303
    visitor.client.set_cookie(cookie, kept.value)
    return visitor.get(page).status_code


def test_the_patients_old_token_leads_to_the_door(app: Flask) -> None:
    patient = Patient(app)
    patient.enters(patient.sends())
    assert brings_back(patient, "portal", "/en/my/sign-out/", "/en/my/") == 303


def test_the_desks_old_token_leads_to_the_door(app: Flask) -> None:
    desk = Desk(app).signed_in("lead@hospital.example", "network-lead", None)
    assert brings_back(desk, "desk", "/desk/sign-out/", "/desk/") == 303


@pytest.mark.parametrize(("minutes", "status"), [(29, 200), (31, 303)])
def test_a_patient_who_leaves_the_page_open_is_asked_again_after_half_an_hour(
    app: Flask, minutes: int, status: int
) -> None:
    patient = Patient(app)
    patient.enters(patient.sends())
    with time_machine.travel(now() + timedelta(minutes=minutes)):
        assert patient.get("/en/my/").status_code == status


@pytest.mark.parametrize(("minutes", "status"), [(14, 200), (16, 303)])
def test_a_desk_that_is_left_alone_is_closed_after_a_quarter_of_an_hour(app: Flask, minutes: int, status: int) -> None:
    desk = Desk(app).signed_in("lead@hospital.example", "network-lead", None)
    with time_machine.travel(now() + timedelta(minutes=minutes)):
        assert desk.get("/desk/").status_code == status
