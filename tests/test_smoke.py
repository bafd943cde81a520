from __future__ import annotations

from flask import Flask

from tests.people import Desk, Patient, send


def test_a_request_reaches_the_desk_and_the_patient_reads_the_decision(
    app: Flask, patient: Patient, desk: Desk
) -> None:
    receipt = patient.sends()
    page = desk.opens(receipt)
    assert receipt.number in page.text
    answer = desk.acts(receipt, "refer", department=receipt.department, hospital=receipt.hospital)
    assert answer.status_code == 303, answer.text
    assert "Sir Run Run Shaw" in patient.enters(receipt).text


def test_postgres(either_app: Flask) -> None:
    assert send(either_app).number.startswith("Q-")
