"""The people who use Qiao, as the tests play them: through the pages, without a browser's engine."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pyotp
from bs4 import BeautifulSoup
from flask import Flask
from werkzeug.test import TestResponse

from intake.domain.lifecycle import Stage
from intake.domain.red_flags import Alarm
from intake.services import staff
from intake.services.access_codes import link_token, return_code
from intake.services.deployment import deployment
from intake.services.submission import Receipt, submit
from intake.services.transaction import reading
from intake.store.cases import Case

PASSWORD = "correct horse battery staple"


def soup(response: TestResponse) -> BeautifulSoup:
    return BeautifulSoup(response.text, "html.parser")


def now() -> datetime:
    return datetime.now(UTC)


def a_request(**changes: Any) -> dict[str, Any]:
    """A complete request as `flask submit` takes it; nested groups are merged with `changes`."""
    base: dict[str, Any] = {
        "idempotency_key": str(uuid4()),
        "language": "en",
        "patient": {
            "given_name": "Ben",
            "family_name": "Tan",
            "birth_date": "1980-05-04",
            "sex": "male",
            "nationality": "SGP",
            "residence": "SGP",
        },
        "contact": {"name": "Ben Tan", "relation": "self", "email": "ben@example.org", "phone": None},
        "story": "Gallstones, wants laparoscopic operation",
        "consents": ["health-data"],
    }
    for key, value in changes.items():
        base[key] = base[key] | value if isinstance(value, dict) and isinstance(base.get(key), dict) else value
    return base


def send(app: Flask, **changes: Any) -> Receipt:
    """Submit a request through the use case."""
    with app.app_context():
        return submit(deployment(), a_request(**changes), now())


class Visitor:
    """Somebody with a browser: keeps cookies, takes the anti-forgery token from the page it saw last."""

    def __init__(self, app: Flask, home: str = "http://localhost") -> None:
        self.app = app
        self.home = home
        self.client = app.test_client()
        self.token = ""

    def get(self, address: str, **kwargs: Any) -> TestResponse:
        return self._seen(self.client.get(address, base_url=self.home, **kwargs))

    def post(self, address: str, data: dict[str, Any] | None = None, **kwargs: Any) -> TestResponse:
        filled = {"csrf_token": self.token} | (data or {})
        return self._seen(self.client.post(address, data=filled, base_url=self.home, **kwargs))

    def _seen(self, response: TestResponse) -> TestResponse:
        field = soup(response).find("input", {"name": "csrf_token"}) if response.mimetype == "text/html" else None
        if field is not None:
            self.token = str(field["value"])
        return response


class Patient(Visitor):
    """The patient's side."""

    language = "en"

    def sends(self, **changes: Any) -> Receipt:
        return send(self.app, **changes)

    def fields(self, **changes: Any) -> dict[str, Any]:
        """What the form holds when everything needed is filled in."""
        return {
            "idempotency_key": str(uuid4()),
            "relation": "self",
            "given_name": "Ben",
            "family_name": "Tan",
            "birth_day": "4",
            "birth_month": "5",
            "birth_year": "1980",
            "sex": "male",
            "nationality": "SGP",
            "residence": "SGP",
            "location": "SGP",
            "contact_name": "Ben Tan",
            "email": "ben@example.org",
            "consent": "y",
            "story": "Gallstones, wants laparoscopic operation",
        } | changes

    def fills_in(self, **changes: Any) -> TestResponse:
        self.get(f"/{self.language}/")
        return self.post(f"/{self.language}/", self.fields(**changes))

    def receipt(self) -> Receipt:
        """What this browser got for the request that it sent through the form."""
        with self.client.session_transaction() as kept:
            case_id = UUID(kept["receipt"])
        with self.app.app_context(), reading() as session:
            case = session.get_one(Case, case_id)
            alarm = Alarm(case.alarm) if case.alarm else None
            route = case.proposed_department, case.proposed_hospital
            return Receipt(case.id, case.number, Stage(case.stage), alarm, case.gate, *route, case.answer_by)

    def link(self, receipt: Receipt, purpose: str = "mail") -> str:
        with self.app.app_context():
            return f"/{self.language}/case/{link_token(deployment().keys, receipt.case_id, purpose)}/"

    def code(self, receipt: Receipt) -> str:
        with self.app.app_context():
            return return_code(deployment().keys, receipt.case_id)

    def enters(self, receipt: Receipt) -> TestResponse:
        """Opens the mailed link and types the return code."""
        self.get(self.link(receipt))
        self.post(self.link(receipt), {"return_code": self.code(receipt)})
        return self.get(f"/{self.language}/my/")


class Desk(Visitor):
    """A member of staff."""

    def signed_in(self, email: str, role: str, organization: str | None, name: str = "Li Na") -> Desk:
        with self.app.app_context():
            token = staff.invite(deployment(), email, role, organization, now())
        address = f"/desk/invitation/{token}/"
        self.get(address)
        self.post(address, {"name": name, "password": PASSWORD, "repeated": PASSWORD})
        page = soup(self.get("/desk/second-factor/"))
        secret = page.select_one(".secret")
        assert secret is not None
        self.secret = "".join(secret.text.split())
        assert self.post("/desk/second-factor/", {"code": pyotp.TOTP(self.secret).now()}).status_code == 303
        self.get("/desk/")
        return self

    def opens(self, receipt: Receipt) -> BeautifulSoup:
        response = self.get(f"/desk/cases/{receipt.case_id}/")
        assert response.status_code == 200, response.status
        return soup(response)

    def acts(self, receipt: Receipt, action: str, **fields: Any) -> TestResponse:
        """Opens the case and presses the button of an action."""
        version = self.opens(receipt).find("input", {"name": "version"})
        assert version is not None
        return self.post(f"/desk/cases/{receipt.case_id}/{action}/", {"version": version["value"]} | fields)
