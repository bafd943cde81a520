"""Every code has its words: stages, actions, events, mails, in every offered language."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale

from intake.domain.knowledge import Knowledge
from intake.domain.languages import LANGUAGES, Language
from intake.domain.lifecycle import STEPS, Stage
from intake.domain.red_flags import Alarm
from intake.domain.routing import ReasonKind
from intake.rendering.mail import Words, words
from intake.rendering.safety import Advice
from intake.services.correspondence import MAILS
from intake.services.deployment import deployment
from intake.web.words import ACTIONS, EVENTS, GRADES, LAYERS, STAGES, STATUS

INTAKE = Path(__file__).parents[2] / "intake"
TEMPLATES = INTAKE / "templates" / "mail"
LINK = "https://qiao.example/en/case/0123/"
FACTS = {
    "number": "Q-0000-0000",
    "link": LINK,
    "answer_by": datetime(2026, 11, 25, 1, 30, tzinfo=UTC),
    "urgent": True,
    "code": "01234567",
    "hospital": "The First Hospital",
    "advice": Advice("Please get help now.\nCall 112.", "112", Alarm.EMERGENCY),
}
"""All facts that any mail may state."""

TOLD = ("Q-0000-0000", LINK, "01234567", "The First Hospital", "112")


def offered(app: Flask) -> tuple[Language, ...]:
    with app.app_context():
        return deployment().offered


def test_every_language_of_the_interface_is_complete_and_offered(app: Flask) -> None:
    assert offered(app) == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.tag)
def test_every_stage_and_action_has_words_of_its_own_in_every_language(app: Flask, language: Language) -> None:
    actions = {step.action for step in STEPS}
    assert set(STAGES) == set(STATUS) == set(Stage)
    assert set(ACTIONS) == actions
    with app.test_request_context(), force_locale(language.cldr):
        for table in (STAGES, STATUS, ACTIONS, EVENTS):
            said = [str(sentence) for sentence in table.values()]
            assert all(said)
            assert len(set(said)) == len(said), "two codes that nobody can tell apart"


def test_every_event_that_is_journaled_has_words() -> None:
    """The literal codes that are handed to `record` anywhere in the services."""
    found: set[str] = set()
    for path in (INTAKE / "services").glob("*.py"):
        found |= set(
            re.findall(r'record\(\s*session,[^()]*?(?:\([^()]*\)[^()]*?)*?,\s*"([a-z-]+)",\s*now', path.read_text())
        )
    assert {"read", "submit", "alarm-raised"} <= found
    account = {code for code in found if code.startswith("account-")}
    assert found - account - set(EVENTS) - set(ACTIONS) == set()


def test_every_kind_of_reason_and_every_grade_of_a_route_has_words(knowledge: Knowledge) -> None:
    departments = knowledge.network.departments.values()
    grades = {part for row in departments for route in row.routes for part in route.grade.split("+")}
    assert set(LAYERS) == set(ReasonKind)
    assert set(GRADES) == grades


def test_every_mail_has_a_template_and_every_template_a_mail() -> None:
    assert {path.stem for path in TEMPLATES.glob("[!_]*.html")} == set(MAILS)


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.tag)
@pytest.mark.parametrize("kind", MAILS)
def test_every_mail_renders_in_every_language(kind: str, language: Language) -> None:
    written = words(kind, language, FACTS)
    english = words(kind, LANGUAGES[0], FACTS)
    assert f'<html lang="{language.tag}" dir="{language.direction}">' in written.html
    assert language is LANGUAGES[0] or _sentences(written) != _sentences(english), "left in English"
    assert "%(" not in written.subject + written.text + written.html
    stated = [[fact in version.text for fact in TOLD] for version in (english, written)]
    assert stated[0] == stated[1]
    assert (LINK in written.text) == (LINK in written.html)


def _sentences(written: Words) -> tuple[str, str]:
    return written.subject, written.text
