"""S-10 and S-11: text is data, in pages and in mails, and nothing that somebody types breaks a page."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from bs4 import BeautifulSoup
from flask import Flask

from intake.domain.languages import Language
from intake.domain.service_request import clean
from intake.rendering.mail import HEADERS
from intake.services.deployment import deployment
from intake.services.submission import Receipt
from tests.conftest import running, settings_for
from tests.people import Desk, Patient, Visitor, send, soup
from tests.trust.capture import Taken, capture_mails, send_mails
from tests.trust.hostile import ADDRESSES, ENCODED_WORD, MAIL_TEXTS, TEXTS

pytestmark = pytest.mark.xdist_group("hostile")  # what is made once for these tests is made in one process
Skeleton = list[tuple[str, tuple[str, ...]]]

NAMES = ("given_name", "family_name", "native_name", "contact_name")
FREE = (*NAMES, "phone", "story")
ALL_FIELDS = (
    *FREE, "email", "interpreter", "relation", "sex", "nationality", "residence", "location", "wished_department",
    "wished_hospital", "birth_day", "birth_month", "birth_year", "arrive_from_year", "arrive_to_day", "stay_days",
    "companions", "consent", "idempotency_key", "use_email", "csrf_token",
)  # fmt: skip
MARKUP = {name: text for name, text in TEXTS.items() if name.startswith("X")}
PATIENT_FLAG = "I have crushing chest pain and cannot breathe"


@dataclasses.dataclass(frozen=True, slots=True)
class House:
    """An application for this module, its desk, and every mail that its relay took."""

    app: Flask
    desk: Desk
    mails: list[Taken]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, empty_sqlite: Path) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copy(empty_sqlite, folder / "qiao.sqlite3")
    with running(settings_for(folder)) as app:
        mails = capture_mails(app)
        yield House(app, Desk(app).signed_in("lead@hospital.example", "network-lead", None), mails)


def skeleton(html: str) -> Skeleton:
    """The elements of a page in order, each with the names of its attributes: what no text may change."""
    page = BeautifulSoup(html, "html.parser")
    return [(tag.name, tuple(sorted(tag.attrs))) for tag in page.find_all(True)]


def one_line(text: str) -> str:
    """The text as a name may hold it: without line ends and control characters, and not too long."""
    return "".join(char for char in text if char.isprintable() or char == " ")[:100] or "x"


def requested(app: Flask, text: str) -> Receipt:
    """A request with the text in every field that takes any text."""
    line = f"x {one_line(clean(text))}"
    names = {"given_name": line, "family_name": line, "native_name": line}
    contact = {"name": line, "phone": line[:40], "email": f"{uuid4()}@example.org"}  # whom nobody warned before
    return send(app, story=_words(text), patient=names, contact=contact)


def _words(text: str) -> str:
    """The text in a sentence that is English beyond doubt, so that it is screened like any other."""
    return f"I have gallstones and would like to know what can be done about them, thank you. {clean(text)}"[:19_000]


def conversed(house: House, text: str) -> Receipt:
    """A request with the text in every field, asked about, answered, referred and accepted with the text again."""
    receipt, patient, words = requested(house.app, text), Patient(house.app), _words(text)
    assert house.desk.acts(receipt, "ask-patient", body=words).status_code == 303
    patient.enters(receipt)
    assert patient.post("/en/my/messages/", {"body": words}).status_code == 303
    route = {"department": "ped-ent", "hospital": "children", "reason": words}
    assert house.desk.acts(receipt, "refer", **route).status_code == 303
    assert house.desk.acts(receipt, "record-acceptance", physician=words).status_code == 303
    return receipt


def skeletons(house: House, text: str) -> tuple[Skeleton, Skeleton]:
    """Of the case at the desk and of the patient's own page."""
    receipt = conversed(house, text)
    answers = house.desk.get(f"/desk/cases/{receipt.case_id}/"), Patient(house.app).enters(receipt)
    assert [answer.status_code for answer in answers] == [200, 200]
    return skeleton(answers[0].text), skeleton(answers[1].text)


BURMESE = "\u1019\u1004\u103a\u1039\u1002\u101c\u102c\u1015\u102b "


@pytest.fixture(scope="module")
def harmless(house: House) -> list[tuple[Skeleton, Skeleton]]:
    """Of harmless words that are screened, and of some in a script that cannot be: those carry one mark more."""
    return [skeletons(house, "Kind regards"), skeletons(house, BURMESE * 100)]


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_a_page_has_the_same_elements_whatever_somebody_typed(
    house: House, harmless: list[tuple[Skeleton, Skeleton]], text: str
) -> None:
    assert skeletons(house, text) in harmless


@pytest.fixture(scope="module")
def patient(house: House) -> Patient:
    """Somebody who has the form open."""
    patient = Patient(house.app)
    patient.get("/en/")
    return patient


@pytest.fixture(scope="module")
def refused(patient: Patient) -> Skeleton:
    """Of the form when the address alone is wrong."""
    return skeleton(patient.post("/en/", patient.fields(email="ann at nowhere")).text)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_the_form_answers_any_text_in_any_field(patient: Patient, text: str) -> None:
    answer = patient.post("/en/", dict.fromkeys(ALL_FIELDS, text) | {"csrf_token": patient.token})
    assert answer.status_code == 200, "the address of the button is only shown again"


@pytest.mark.parametrize("text", MARKUP.values(), ids=MARKUP)
def test_the_form_keeps_its_elements_whatever_somebody_typed(patient: Patient, refused: Skeleton, text: str) -> None:
    shown = patient.post("/en/", patient.fields(story=text, native_name=text, email="ann at nowhere"))
    assert shown.status_code == 422
    assert len(soup(shown).select(".error")) > 1 or skeleton(shown.text) == refused


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_no_address_and_no_door_breaks(house: House, text: str) -> None:
    visitor, part = Visitor(house.app), one_line(text)[:50].replace("/", "")
    visitor.client.environ_base["REMOTE_ADDR"] = "192.0.2.1"  # so that the tries here lock out nobody else
    visitor.get("/en/return/")
    answers = [
        visitor.post("/en/return/", {"case_number": text, "return_code": text}),
        visitor.get("/desk/sign-in/", query_string={"language": text}),
        visitor.post("/desk/sign-in/", {"email": text, "password": text}),
        visitor.get("/", headers={"Accept-Language": part.encode("ascii", "ignore").decode() or "x"}),
        visitor.get("/mailbox/", query_string={"to": text}),
        visitor.get(f"/mailbox/{part}/"),
        visitor.get(f"/en/case/{part}/"),
    ]
    assert [answer.status for answer in answers if answer.status_code >= 500] == []


PLACES = (
    "",
    "~~",
    "<script>",
    f"1~2026-11-24~{'0' * 32}",
    f"1~0001-01-01T00:00:00+23:59~{'0' * 32}",
    f"{'9' * 30}~2026-11-24T00:00:00+00:00~{'0' * 32}",
    f"{'9' * 5000}~2026-11-24T00:00:00+00:00~{'0' * 32}",
    f"-1~2026-11-24T00:00:00+00:00~{'0' * 32}",
    "0~2026-11-24T00:00:00+00:00~none",
)


def test_what_is_typed_into_a_door_does_no_harm_on_either_database(either_app: Flask) -> None:
    visitor, desk = Visitor(either_app), Desk(either_app)
    visitor.get("/en/return/")
    for text in ("a\0b", "x" * 5000, "\ufdfa" * 50, "'; --"):
        assert visitor.post("/en/return/", {"case_number": text, "return_code": text}).status_code == 422
        assert visitor.post("/desk/sign-in/", {"email": text, "password": text}).status_code == 422
        assert visitor.get(f"/en/case/{text[:90].replace(chr(0), '%00')}/").status_code == 404
        assert Patient(either_app).fills_in(**dict.fromkeys(ALL_FIELDS, text)).status_code == 422, (
            "the token is wrong too"
        )
        assert requested(either_app, text).number
    desk.signed_in("lead@hospital.example", "network-lead", None)
    for place in PLACES:
        assert desk.get("/desk/", query_string={"after": place}).status_code == 200, place


PRESSED = ("T1 spaces", "T9 NUL", "T14 one line", "T14 many lines", "T19 huge", "X1 script", "X7 format", "X8 query")


def test_no_press_of_the_desk_breaks(house: House) -> None:
    receipt = send(house.app)
    house.desk.opens(receipt)
    for action in ("refer", "ask-patient", "message", "record-acceptance", "lift-gate", "conclude-not-accepted", "<b>"):
        for text in [TEXTS[name] for name in PRESSED] + ["9" * 5000]:
            for version in ("1", text):
                words = dict.fromkeys(("body", "department", "hospital", "reason", "physician"), text)
                answer = house.desk.post(f"/desk/cases/{receipt.case_id}/{action}/", words | {"version": version})
                assert answer.status_code < 500, (action, text)


def test_orders_in_a_story_do_not_move_the_route(house: House) -> None:
    plain = send(house.app, story="Gallstones since a year")
    ordered = send(house.app, story=f"Gallstones since a year. {TEXTS['T21 orders']}")
    assert (ordered.department, ordered.hospital, ordered.alarm) == (plain.department, plain.hospital, plain.alarm)


@pytest.mark.parametrize(
    "text",
    [
        PATIENT_FLAG.replace("chest", "ch\u200best"),
        "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in PATIENT_FLAG),
        PATIENT_FLAG.upper(),
        f"{TEXTS['T21 orders']} {PATIENT_FLAG}",
    ],
    ids=["zero width", "full width", "capitals", "orders"],
)
def test_a_red_flag_in_disguise_is_still_seen(house: House, text: str) -> None:
    assert send(house.app, story=text).alarm is not None


FIELDS_OF_MAILS = ("given_name", "family_name", "native_name")


def mails_of_all_kinds(house: House, language: Language, text: str) -> list[Taken]:
    """Every kind of mail, owed by a case whose every field holds the text."""
    line = text if one_line(text) == text else one_line(text)
    send_mails(house.app)
    receipt = send(
        house.app,
        language=language.tag,
        story=f"{PATIENT_FLAG} {text}",
        patient=dict.fromkeys(FIELDS_OF_MAILS, line),
        contact={"name": line, "phone": line[:40]},
    )
    patient = Patient(house.app)
    patient.language = language.url
    house.desk.acts(receipt, "ask-patient", body=text)
    patient.enters(receipt)
    patient.post(f"/{language.url}/my/messages/", {"body": text})
    house.desk.acts(receipt, "message", body=text)
    patient.post(f"{patient.link(receipt)}code/")
    house.mails.clear()
    send_mails(house.app)
    return list(house.mails)


@pytest.mark.parametrize("name", MAIL_TEXTS)
def test_no_text_of_a_patient_bends_a_mail(house: House, name: str) -> None:
    """The encoded word is tried in every language, the others in one each."""
    with house.app.app_context():
        offered = deployment().offered
    place = list(MAIL_TEXTS).index(name) % len(offered)
    for language in offered if name.startswith("M2") else offered[place : place + 1]:
        mails = mails_of_all_kinds(house, language, MAIL_TEXTS[name])
        assert len(mails) == 7
        for mail in mails:
            assert_straight(mail)


def assert_straight(mail: Taken) -> None:
    """Headers as allowed, one recipient, the designed parts, and nothing of a patient's text."""
    message = mail.message
    assert sorted(message.keys()) == sorted(HEADERS)
    assert [address.addr_spec for address in message["To"].addresses] == [mail.recipient]
    assert mail.recipient == "ben@example.org" or mail.recipient.startswith("desk-")
    parts = [part.get_content_type() for part in message.walk()]
    assert parts == ["multipart/alternative", "text/plain", "text/html"]
    for evil in ("evil", "victim", "Bcc", "Click", "Ann", "crushing"):
        assert evil not in mail.words, evil


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_that_can_be_misread_is_refused_or_reaches_itself_alone(house: House, address: str) -> None:
    send_mails(house.app)
    house.mails.clear()
    answer = Patient(house.app).fills_in(email=address)
    send_mails(house.app)
    reached = {mail.recipient for mail in house.mails if not mail.recipient.startswith("desk-")}
    assert (answer.status_code, reached) == (422, set()) or reached == {address}
    for mail in house.mails:
        assert sorted(mail.message.keys()) == sorted(HEADERS)


def test_an_encoded_word_in_an_address_is_refused_with_a_sentence(house: House) -> None:
    answer = Patient(house.app).fills_in(email=f"{ENCODED_WORD}@x.test")
    assert answer.status_code == 422
    assert "e-mail" in answer.text


def test_the_skeleton_sees_an_element_that_a_text_brought_in() -> None:
    fields: Mapping[str, Any] = {"harmless": "<p>words</p>", "hostile": f"<p>{TEXTS['X2 handler']}</p>"}
    assert skeleton(fields["harmless"]) != skeleton(fields["hostile"])


def test_no_line_of_the_shell_stops_the_others(house: House) -> None:
    lines = [
        {"id": "\ud800", "text": "Gallstones"},
        {"id": 2, "text": "Gallstones", "sex": [], "lang": {}, "place": ["x"]},
        {"id": 3, "text": None},
        {"id": 4, "text": "\ud800 Gallstones", "age": 1e400},
        {"id": 5, "text": "Gallstones"},
    ]
    typed = "\n".join([*map(json.dumps, lines), "[" * 100_000, "not JSON", '{"id": 6, "text": "Gallstones"}'])
    for command in ("route", "submit"):
        ran = house.app.test_cli_runner().invoke(args=[command, "-"], input=typed)
        assert ran.exit_code == 0, ran.exception
        answers = [json.loads(line) for line in ran.stdout_bytes.splitlines()]
        assert [answer["id"] for answer in answers] == ["\ud800", 2, 3, 4, 5, "line 6", "line 7", 6]
