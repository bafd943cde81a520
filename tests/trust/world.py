"""A small Qiao with everybody in it, and a way to ask every page as each of them.

`Kind` is one (rule, method) of the URL map; `World.ask` sends it as one of the people, with everything that the page
needs to act; the state of the database can be kept and put back between two questions.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from sqlalchemy import make_url
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from intake.services import outbox, staff
from intake.services.deployment import deployment
from intake.services.submission import Receipt
from tests.people import PASSWORD, Desk, Patient, Visitor, now

HERE, ELSEWHERE = "srrsh", "children"
COOKIES = ("qiao", "portal", "desk")
ABSENT_CASE = UUID("01900000-0000-7000-8000-000000000000")
ABSENT_TOKEN = "A" * 43
SAFE = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Kind:
    """One endpoint under one method."""

    endpoint: str
    method: str
    rule: Rule = field(compare=False)

    def __str__(self) -> str:
        return f"{self.method} {self.endpoint}"


def kinds(app: Flask, *methods: str) -> Iterator[Kind]:
    """Every endpoint of the application with each of the methods that it knows."""
    for rule in app.url_map.iter_rules():
        for method in methods:
            if method in (rule.methods or ()):
                yield Kind(rule.endpoint, method, rule)


@dataclass(frozen=True, slots=True)
class Browser:
    """Somebody's cookies, and the anti-forgery token of the page that they saw last."""

    cookies: dict[str, str]
    token: str


@dataclass(slots=True)
class World:
    """`case` belongs to patient A and to the desk of HERE; `other` to patient B and to the desk of ELSEWHERE."""

    app: Flask
    case: Receipt
    other: Receipt
    people: dict[str, Browser]
    values: dict[str, str]
    kept: sqlite3.Connection

    def ask(
        self,
        kind: Kind,
        who: str,
        *,
        absent: bool = False,
        token: str | None = None,
        fields: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> TestResponse:
        """The answer of one page to one person.

        `token` replaces the right anti-forgery token ("" leaves it out); `fields` are added to the filled form, and an
        `action` among them chooses the button of the desk.
        """
        changed = dict(fields or {})
        address = self.address(kind, absent=absent, action=changed.pop("action", "message"))
        browser = self.people[who]
        client = self.app.test_client()
        for name, value in browser.cookies.items():
            client.set_cookie(name, value)
        body = None
        if kind.method == "POST":
            body = self._body(kind, browser.token if token is None else token) | changed
        return client.open(address, method=kind.method, data=body, headers=dict(headers or {}), buffered=True)

    def address(self, kind: Kind, *, absent: bool = False, action: str = "message") -> str:
        wanted = {name: self._value(kind, name, absent=absent) for name in kind.rule.arguments} | {"action": action}
        wanted = {name: value for name, value in wanted.items() if name in kind.rule.arguments}
        built = self.app.url_map.bind("localhost").build(kind.endpoint, wanted, method=kind.method)
        return str(built)

    def _value(self, kind: Kind, name: str, *, absent: bool) -> Any:
        known: dict[str, tuple[Any, Any]] = {
            "language": ("en", "en"),
            "action": ("", ""),
            "case_id": (self.case.case_id, ABSENT_CASE),
            "filename": ("qiao.css", "absent.css"),
            "name": (self.values["mail"], "absent"),
            "token": (self.values["invitation" if kind.endpoint == "desk.invitation" else "link"], ABSENT_TOKEN),
        }
        return known[name][absent]

    def _body(self, kind: Kind, token: str) -> dict[str, str]:
        """What makes the page act: the form of the page filled in, where the actor may use it."""
        body = {"csrf_token": token} if token else {}
        return body | self.filled[kind.endpoint] if kind.endpoint in self.filled else body

    @property
    def filled(self) -> dict[str, dict[str, str]]:
        return {
            "public.form": Patient(self.app).fields(idempotency_key="the form of the walk"),
            "portal.by_number": {"case_number": self.case.number, "return_code": self.values["code"]},
            "portal.by_link": {"return_code": self.values["code"]},
            "portal.write": {"body": "A word from the patient."},
            "desk.act": {"version": str(self.version()), "body": "A word from the desk."},
            "desk.try_text": {"text": "Gallstones"},
            "desk.sign_in": {"email": "lead@hospital.example", "password": PASSWORD},
        }

    def version(self) -> int:
        with closing(sqlite3.connect(self.database)) as connection:
            query = "SELECT version FROM cases WHERE id = ?"
            return int(connection.execute(query, (self.case.case_id.hex,)).fetchone()[0])

    @property
    def database(self) -> str:
        return str(make_url(self.app.config["SQLALCHEMY_DATABASE_URI"]).database)

    def put_back(self) -> None:
        """The database as it was when the world was made."""
        with closing(sqlite3.connect(self.database)) as connection:
            self.kept.backup(connection)

    def rows(self) -> dict[str, list[str]]:
        """Every row of every table, without what a look may leave behind."""
        with closing(sqlite3.connect(self.database)) as connection:
            tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            return {name: _rows(connection, name) for (name,) in tables}


LEFT_BY_LOOKING = {
    "journal": "SELECT * FROM journal WHERE action != 'read'",
    "sessions": "SELECT id, staff_id, case_id, second_factor_at, created_at, expires_at, ended_at FROM sessions",
}
"""The only traces of a GET: the journal says who opened a case, the session when it was last used."""


def _rows(connection: sqlite3.Connection, table: str) -> list[str]:
    query = LEFT_BY_LOOKING.get(table, f"SELECT * FROM {table}")
    return sorted(map(repr, connection.execute(query)))


PEOPLE = (
    "anonymous",
    "patient-a",
    "patient-b",
    "coordinator",
    "coordinator-elsewhere",
    "network-lead",
    "disabled",
    "pending",
)


def make_world(app: Flask) -> World:
    """Two patients with a case each, and staff of every kind; every mail that is owed lies in the mailbox."""
    first, second = Patient(app), Patient(app)
    case, other = (
        first.sends(),
        second.sends(
            patient={"given_name": "Mei", "birth_date": "2019-01-02"},
            contact={"name": "Ann Lim", "relation": "parent", "email": "ann@example.org"},
            story="Enlarged tonsils, snores every night",
        ),
    )
    assert (case.hospital, other.hospital) == (HERE, ELSEWHERE)
    first.enters(case)
    second.enters(other)
    return World(
        app=app,
        case=case,
        other=other,
        people={"anonymous": browser(_anonymous(app)), "patient-a": browser(first), "patient-b": browser(second)}
        | _staff(app),
        values={
            "mail": _caught(app),
            "invitation": invited(app),
            "link": _token(first, case),
            "code": first.code(case),
        },
        kept=_copy(app),
    )


def browser(visitor: Visitor) -> Browser:
    cookies = {name: found.value for name in COOKIES if (found := visitor.client.get_cookie(name))}
    return Browser(cookies, visitor.token)


def _anonymous(app: Flask) -> Visitor:
    visitor = Visitor(app)
    visitor.get("/en/")
    return visitor


def _token(patient: Patient, case: Receipt) -> str:
    return patient.link(case).rstrip("/").rpartition("/")[2]


def _staff(app: Flask) -> dict[str, Browser]:
    lead = Desk(app).signed_in("lead@hospital.example", "network-lead", None)
    here = Desk(app).signed_in("here@hospital.example", "coordinator", HERE, "Zhou Min")
    elsewhere = Desk(app).signed_in("elsewhere@hospital.example", "coordinator", ELSEWHERE, "Wu Jie")
    disabled = Desk(app).signed_in("disabled@hospital.example", "network-lead", None, "Xu Yan")
    with app.app_context():
        staff.disable("disabled@hospital.example", now())
    return {
        "coordinator": browser(here),
        "coordinator-elsewhere": browser(elsewhere),
        "network-lead": browser(lead),
        "disabled": browser(disabled),
        "pending": browser(_pending(app)),
    }


def _pending(app: Flask) -> Visitor:
    """Somebody who opened an account and has not shown the second factor yet."""
    visitor, address = Visitor(app), f"/desk/invitation/{invited(app, 'pending@hospital.example')}/"
    visitor.get(address)
    visitor.post(address, {"name": "He Ping", "password": PASSWORD, "repeated": PASSWORD})
    visitor.get("/desk/second-factor/")
    return visitor


def invited(app: Flask, email: str = "new@hospital.example") -> str:
    """The token of an open invitation."""
    with app.app_context():
        return staff.invite(deployment(), email, "coordinator", HERE, now())


def _caught(app: Flask) -> str:
    """Deliver what is owed; the name of one caught mail, as the mailbox lists it."""
    with app.app_context():
        outbox.drain(deployment())
    return min(path.stem for path in (Path(app.config["DATA_DIR"]) / "mail").glob("*.eml"))


def _copy(app: Flask) -> sqlite3.Connection:
    kept = sqlite3.connect(":memory:")
    with closing(sqlite3.connect(str(make_url(app.config["SQLALCHEMY_DATABASE_URI"]).database))) as connection:
        connection.backup(kept)
    return kept
