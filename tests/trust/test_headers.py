"""S-04: what every answer carries, whatever it is, in both profiles; and what the production profile refuses."""

from __future__ import annotations

import dataclasses
import re
import shutil
from collections.abc import Iterator
from datetime import date
from http.cookies import Morsel, SimpleCookie
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask, request
from werkzeug.test import Client, TestResponse

from config import ConfigurationError, Settings
from intake.app import build_deployment, create_app
from intake.domain.errors import ActionNotAllowed, StaleVersion, TooManyTries
from intake.services.deployment import Deployment
from intake.store.base import db
from intake.store.sealing import KeyRing
from intake.web.guards import Audience, audience
from intake.web.headers import POLICY
from tests.conftest import loaded_knowledge, settings_for
from tests.people import PASSWORD, Desk, Patient
from tests.trust.world import PEOPLE, World, kinds

pytestmark = pytest.mark.xdist_group("world")  # what is made once for these tests is made in one process
WANTED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
FRAMED = "mailbox.page"
"""A caught mail alone in a frame that may do nothing: mails need inline styles. Embedded profile only."""

TELLING = re.compile(r"werkzeug|flask|python/|traceback|site-packages|sqlalchemy", re.IGNORECASE)


def assert_dressed(answer: TestResponse, *, production: bool = False, static: bool = False) -> None:
    """Everything that an answer must carry, and nothing that it must not."""
    assert answer.headers["Content-Security-Policy"] == POLICY
    for name, value in WANTED.items():
        assert answer.headers[name] == value
    assert ("Strict-Transport-Security" in answer.headers) is production
    assert static or answer.headers["Cache-Control"] == "no-store"
    names = {name for name, _ in answer.headers}
    assert not [name for name in names if name.startswith("Access-Control-") or name in ("Server", "X-Powered-By")]
    if answer.mimetype == "text/html":
        assert "charset=utf-8" in answer.content_type
        assert not TELLING.search(answer.text)
        assert not inline(answer.text)
    for morsel in cookies_of(answer):
        assert_flagged(morsel, production=production)


def inline(html: str) -> list[str]:
    """Scripts, styles and handlers that stand in the page itself."""
    page = BeautifulSoup(html, "html.parser")
    found = [str(tag) for tag in page.find_all(["script", "style"]) if not tag.get("src")]
    for tag in page.find_all(True):
        found += [f"{tag.name} {name}" for name in tag.attrs if name == "style" or name.startswith("on")]
        links = [str(tag.attrs.get(name, "")) for name in ("href", "src", "action")]
        found += [link for link in links if re.match(r"\s*(javascript|data|vbscript):", link, re.IGNORECASE)]
    return found


def cookies_of(answer: TestResponse) -> Iterator[Morsel[str]]:
    for line in answer.headers.getlist("Set-Cookie"):
        yield from SimpleCookie(line).values()


def assert_flagged(cookie: Morsel[str], *, production: bool) -> None:
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"
    assert not cookie["domain"]
    assert bool(cookie["secure"]) is production
    assert cookie.key.startswith("__Host-") is production


def test_the_policy_lets_nothing_in_from_elsewhere_and_nothing_inline() -> None:
    rules = dict(rule.split(" ", 1) for rule in POLICY.split("; "))
    assert rules.pop("default-src") == "'none'"
    assert rules.pop("base-uri") == rules.pop("frame-ancestors") == "'none'"
    assert set(rules.values()) == {"'self'"}
    assert "form-action" in rules


def test_every_page_is_dressed_for_everybody(world: World) -> None:
    for kind in kinds(world.app, "GET", "POST"):
        if kind.endpoint == FRAMED:
            continue
        for who in PEOPLE:
            for absent in (False, True):
                assert_dressed(world.ask(kind, who, absent=absent), static=kind.endpoint == "static")


def test_a_caught_mail_stands_in_a_frame_that_may_do_nothing(world: World) -> None:
    page = next(kind for kind in kinds(world.app, "GET") if kind.endpoint == FRAMED)
    answer = world.ask(page, "anonymous")
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert "<script" not in answer.text


def broken() -> str:
    """A view of this test, to see what happens when one fails."""
    failures: dict[str, Exception] = {
        "stale": StaleVersion(),
        "refused": ActionNotAllowed(),
        "often": TooManyTries(60),
        "broken": ValueError("something of ours is broken"),
    }
    raise failures[request.args["how"]]


@pytest.fixture
def breakable(app: Flask) -> Flask:
    app.add_url_rule("/breaks/", view_func=audience(Audience.PUBLIC)(broken), endpoint="breaks")
    app.add_url_rule("/nobody/", view_func=lambda: "never shown", endpoint="nobody")
    return app


def refusals(client: Client) -> Iterator[tuple[int, TestResponse]]:
    yield 400, client.post("/en/return/", data={"case_number": "Q-1"})
    yield 403, client.get("/nobody/")
    yield 403, client.post("/en/", headers={"Origin": "https://elsewhere.example"})
    yield 404, client.get("/nothing/here/")
    yield 404, client.get("/xx/return/")
    yield 405, client.put("/en/")
    yield 308, client.get("/en/return")
    yield 409, client.get("/breaks/?how=stale")
    yield 409, client.get("/breaks/?how=refused")
    yield 410, client.get("/desk/invitation/none/")
    yield 413, client.post("/en/return/", data={"case_number": "x" * (1024 * 1024 + 1)})
    yield 429, client.get("/breaks/?how=often")
    yield 500, client.get("/breaks/?how=broken")


def test_every_refusal_and_fault_is_dressed_and_says_nothing_of_our_inside(breakable: Flask) -> None:
    for status, answer in refusals(breakable.test_client()):
        assert answer.status_code == status, answer.request.path
        assert_dressed(answer)
        assert "something of ours" not in answer.text


def test_a_page_without_an_audience_answers_nobody(breakable: Flask) -> None:
    assert "never shown" not in breakable.test_client().get("/nobody/").text


@pytest.fixture
def production(tmp_path: Path, empty_sqlite: Path) -> Settings:
    """The production profile as the factory sees it; only its database stays SQLite."""
    shutil.copy(empty_sqlite, tmp_path / "qiao.sqlite3")
    return settings_for(tmp_path, profile="production", public_url="https://qiao.example")


@pytest.fixture
def closed_app(production: Settings) -> Iterator[Flask]:
    yield from _started(production, None)


@pytest.fixture
def open_app(production: Settings) -> Iterator[Flask]:
    """Every text of safety and law was released by a named person."""
    yield from _started(
        production, released(build_deployment(production, KeyRing(production.keys), loaded_knowledge()))
    )


def released(deployment: Deployment) -> Deployment:
    texts = {
        code: dataclasses.replace(text, approved_by="Dr. Shen Yu", approved_on=date(2026, 11, 24))
        for code, text in deployment.knowledge.safety_texts.items()
    }
    return dataclasses.replace(deployment, knowledge=dataclasses.replace(deployment.knowledge, safety_texts=texts))


def _started(settings: Settings, deployment: Deployment | None) -> Iterator[Flask]:
    app = create_app(settings, deployment)
    yield app
    with app.app_context():
        db.engine.dispose()


HOME = "https://qiao.example"


def test_production_does_not_open_while_a_text_of_safety_or_law_is_not_released(closed_app: Flask) -> None:
    patient = Patient(closed_app, HOME)
    for answer in (patient.get("/en/"), patient.post("/en/", patient.fields())):
        assert answer.status_code in (400, 503)
        assert "<form" not in answer.text
        assert_dressed(answer, production=True)
    assert patient.get("/en/").status_code == 503
    assert patient.get("/desk/sign-in/").status_code == 200


def test_production_opens_once_every_text_is_released(open_app: Flask) -> None:
    patient = Patient(open_app, HOME)
    page = patient.get("/en/")
    assert page.status_code == 200
    assert_dressed(page, production=True)
    sent = patient.post("/en/", patient.fields())
    assert sent.status_code == 303
    assert_dressed(sent, production=True)


def test_cookies_of_production_are_bound_to_the_host_and_to_tls(open_app: Flask) -> None:
    desk = Desk(open_app, HOME)
    desk.signed_in("lead@hospital.example", "network-lead", None)
    answers = [desk.post("/desk/sign-out/"), desk.get("/desk/sign-in/")]
    answers.append(desk.post("/desk/sign-in/", {"email": "lead@hospital.example", "password": PASSWORD}))
    names = {cookie.key for answer in answers for cookie in cookies_of(answer)}
    assert names == {"__Host-qiao", "__Host-desk"}
    for answer in answers:
        assert_dressed(answer, production=True)


def test_production_has_no_mailbox(open_app: Flask) -> None:
    assert Patient(open_app, HOME).get("/mailbox/").status_code == 404


def test_production_refuses_every_weak_setting_in_one_message(tmp_path: Path) -> None:
    weak = {
        "QIAO_PROFILE": "production",
        "QIAO_DATA": str(tmp_path),
        "PUBLIC_URL": "http://127.0.0.1:8000",
        "QIAO_KEYS": '{"a": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}',
        "SMTP_PORT": "many",
    }
    with pytest.raises(ConfigurationError) as refusal:
        Settings.from_environment(weak)
    message = str(refusal.value)
    variables = (
        "PUBLIC_URL", "DATABASE_URL", "REDIS_URL", "SMTP_HOST", "SMTP_PORT", "QIAO_MAIL_FROM", "QIAO_DESK_MAIL",
        "QIAO_KEYS",
    )  # fmt: skip
    assert [name for name in variables if f"- {name}: " not in message] == []


def test_production_refuses_mail_in_clear_to_another_machine(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="SMTP_TLS"):
        Settings.from_environment(_strong(tmp_path) | {"SMTP_HOST": "relay.example", "SMTP_TLS": "none"})


def test_production_accepts_strong_settings(tmp_path: Path) -> None:
    assert Settings.from_environment(_strong(tmp_path)).production


def _strong(folder: Path) -> dict[str, str]:
    return {
        "QIAO_PROFILE": "production",
        "QIAO_DATA": str(folder),
        "PUBLIC_URL": "https://qiao.example",
        "QIAO_KEYS": '{"2026a": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="}',
        "DATABASE_URL": "postgresql+psycopg://qiao@db.example/qiao",
        "REDIS_URL": "redis://broker.example/0",
        "SMTP_HOST": "relay.example",
        "SMTP_TLS": "starttls",
        "QIAO_MAIL_FROM": "qiao@hospital.example",
        "QIAO_DESK_MAIL": "desk-{hospital}@hospital.example",
    }
