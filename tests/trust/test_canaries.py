"""S-12: what a patient says is nowhere but sealed in the database and on the pages of those who work on the case.

A word that exists nowhere else is typed into every field, the whole journey is played with a real relay and a real
broker, things go wrong on the way, and then every place that is not meant for these words is searched.
"""

from __future__ import annotations

import base64
import json
import logging
import re
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from uuid import UUID

import pytest
from bs4 import BeautifulSoup
from flask import Flask, Response, request
from redis import Redis
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from intake.services import outbox
from intake.services.deployment import deployment
from intake.services.submission import Receipt
from intake.services.transaction import reading
from intake.web.guards import Audience, audience
from tests import servers
from tests.conftest import running, settings_for
from tests.people import Desk, Patient, Visitor
from tests.servers import Catcher

pytestmark = pytest.mark.xdist_group("canaries")  # what is made once for these tests is made in one process
FORM = {
    "given_name": "Wrenlinga",
    "family_name": "Siskinov",
    "native_name": "金丝雀鸟名",
    "contact_name": "Finchworth",
    "email": "goldcrest@nest.example",
    "phone": "+49155501427",
    "story": "Gallstones, and a twitebird sings in me.",
}
WORDS: Mapping[str, str] = FORM | {
    "story": "twitebird",
    "asked": "linnetquestion",
    "answered": "redpollanswer",
    "reason": "serinreason",
    "physician": "bullfinchius",
    "written": "crossbillword",
    "suggested": "nuthatch",
    "wrong": "dipperly",
}
CODE = re.compile(r"[A-Za-z0-9_-]*")


def found_in(searched: str | bytes, *, apart_from: tuple[str, ...] = ()) -> list[str]:
    """The fields whose word stands in the text."""
    content = searched.encode() if isinstance(searched, str) else searched
    return [name for name, word in WORDS.items() if name not in apart_from and word.encode() in content]


class Journey:
    """Everything that a request can go through, and what could be seen from outside meanwhile."""

    def __init__(self, app: Flask, catcher: Catcher, broker: str) -> None:
        self.app, self.catcher, self.broker = app, catcher, broker
        self.addresses: list[str] = []
        self.errors: list[str] = []
        self.visitors: list[Visitor] = []
        app.after_request(self._watch)
        app.add_url_rule("/breaks/", view_func=audience(Audience.PUBLIC)(breaks), endpoint="breaks", methods=["POST"])

    def _watch(self, response: Response) -> Response:
        self.addresses += [request.url, response.headers.get("Location", "")]
        if response.mimetype == "text/html":
            page = BeautifulSoup(response.get_data(as_text=True), "html.parser")
            self.addresses += [
                str(tag.get(name, "")) for tag in page.find_all(True) for name in ("href", "src", "action")
            ]
        if response.status_code in (400, 403, 404, 409, 500):
            self.errors.append(response.get_data(as_text=True))
        return response

    def play(self) -> None:
        receipt = self._sends()
        self._converses(receipt)
        self._goes_wrong(receipt)
        with self.app.app_context():
            while outbox.drain(deployment()):
                pass

    def _sends(self) -> Receipt:
        patient = Patient(self.app)
        self.visitors.append(patient)
        assert patient.fills_in(**FORM | {"email": f"{WORDS['suggested']}@gmial.com"}).status_code == 200
        assert patient.fills_in(**FORM | {"email": f"{WORDS['wrong']} at nowhere"}).status_code == 422
        sent = patient.fills_in(**FORM)
        assert sent.status_code == 303, sent.text
        patient.get("/en/receipt/")
        return patient.receipt()

    def _converses(self, receipt: Receipt) -> None:
        patient, desk = Patient(self.app), Desk(self.app)
        self.visitors += [patient, desk]
        desk.signed_in("lead@hospital.example", "network-lead", None)
        assert desk.acts(receipt, "ask-patient", body=WORDS["asked"]).status_code == 303
        assert WORDS["asked"] in patient.enters(receipt).text
        assert patient.post("/en/my/messages/", {"body": WORDS["answered"]}).status_code == 303
        route = {"department": "ped-ent", "hospital": "children", "reason": WORDS["reason"]}
        assert desk.acts(receipt, "refer", **route).status_code == 303
        assert desk.acts(receipt, "record-acceptance", physician=WORDS["physician"]).status_code == 303
        assert desk.acts(receipt, "message", body=WORDS["written"]).status_code == 303
        assert not set(FORM) - set(found_in(desk.opens(receipt).text)) - {"story"}
        patient.post(f"{patient.link(receipt)}code/")

    def _goes_wrong(self, receipt: Receipt) -> None:
        desk = Desk(self.app)
        desk.signed_in("other@hospital.example", "network-lead", None, "Zhou Min")
        desk.get("/desk/")
        stale = {"version": "1", "body": WORDS["written"]}
        assert desk.post(f"/desk/cases/{receipt.case_id}/message/", stale).status_code == 409
        assert Patient(self.app).post("/en/return/", {"return_code": WORDS["story"]}).status_code == 400
        assert desk.post("/breaks/", {"story": FORM["story"]}).status_code == 500

    def mails(self) -> list[EmailMessage]:
        found = sorted(self.catcher.folder.glob("*.eml"))
        return [message_from_bytes(path.read_bytes(), policy=default) for path in found]

    def owed(self) -> list[str]:
        """The kinds of all mails that came to be owed."""
        with closing(sqlite3.connect(Path(self.app.config["DATA_DIR"]) / "qiao.sqlite3")) as connection:
            return [kind for (kind,) in connection.execute("SELECT kind FROM outbox")]


def breaks() -> str:
    """A view of this test that fails with the patient's own words in the error."""
    return str(int(request.form["story"]))


@pytest.fixture(scope="module")
def journey(tmp_path_factory: pytest.TempPathFactory, empty_sqlite: Path) -> Iterator[tuple[Journey, str]]:
    """The journey when it is over, with all that was logged."""
    folder = tmp_path_factory.mktemp("canaries")
    shutil.copy(empty_sqlite, folder / "qiao.sqlite3")
    with servers.catcher(folder / "mail") as catcher, servers.valkey() as broker:
        settings = settings_for(folder, smtp_port=catcher.port, broker_url=broker)
        with running(settings) as app, Log(folder / "log") as log:
            played = Journey(app, catcher, broker)
            played.play()
            yield played, log.read_text()


class Log:
    """Everything from INFO upwards that any part logs, as text with traces and extras."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.handler = logging.FileHandler(path)
        self.handler.setFormatter(_Whole())

    def __enter__(self) -> Path:
        root = logging.getLogger()
        self.level = root.level
        root.addHandler(self.handler)
        root.setLevel(logging.INFO)
        return self.path

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self.handler)
        logging.getLogger().setLevel(self.level)
        self.handler.close()


class _Whole(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return f"{super().format(record)} {record.__dict__}"


def test_no_log_holds_a_word_of_a_patient(journey: tuple[Journey, str]) -> None:
    _, log = journey
    assert "request failed: ValueError" in log
    assert found_in(log) == []


def test_no_mail_holds_a_word_of_a_patient_and_only_the_own_one_the_address(journey: tuple[Journey, str]) -> None:
    played, _ = journey
    mails = played.mails()
    assert len(mails) == len(played.owed()) >= 6
    for mail in mails:
        headers = "\n".join(f"{name}: {value}" for name, value in mail.items() if name not in ("To", "Delivered-To"))
        bodies = [str(part.get_content()) for part in mail.walk() if not part.is_multipart()]
        assert found_in("\n".join([headers, *bodies])) == []
        assert found_in(str(mail["To"]), apart_from=("email",)) == []
        if FORM["email"] not in str(mail["To"]):
            assert str(mail["To"]).startswith("desk-")


def test_no_address_holds_a_word_of_a_patient(journey: tuple[Journey, str]) -> None:
    played, _ = journey
    assert len(played.addresses) > 500
    assert found_in("\n".join(played.addresses)) == []


def test_no_error_page_repeats_what_was_sent(journey: tuple[Journey, str]) -> None:
    played, _ = journey
    assert len(played.errors) >= 3
    assert found_in("\n".join(played.errors)) == []


def stored_bytes(played: Journey) -> bytes:
    """The files of the database as they lie on the disk."""
    files = sorted(Path(played.app.config["DATA_DIR"]).glob("qiao.sqlite3*"))
    return b"".join(path.read_bytes() for path in files)


def test_the_database_holds_no_word_of_a_patient_in_clear(journey: tuple[Journey, str]) -> None:
    played, _ = journey
    stored = stored_bytes(played)
    assert b"ped-ent" in stored, "the journey was stored"
    assert found_in(stored) == []


def test_the_database_holds_no_key_to_a_door(journey: tuple[Journey, str]) -> None:
    played, _ = journey
    stored = stored_bytes(played)
    for visitor in played.visitors:
        for name in ("portal", "desk"):
            cookie = visitor.client.get_cookie(name)
            assert cookie is None or cookie.value.encode() not in stored
    links = set(re.findall(r"/case/([\w-]{43})/", "\n".join(played.addresses)))
    assert links
    assert not [link for link in links if link.encode() in stored]


def test_the_journal_holds_codes_alone(journey: tuple[Journey, str]) -> None:
    played, _ = journey
    with closing(sqlite3.connect(Path(played.app.config["DATA_DIR"]) / "qiao.sqlite3")) as connection:
        details = [json.loads(detail) for (detail,) in connection.execute("SELECT detail FROM journal")]
    values = [value for detail in details for value in detail.values()]
    assert len(values) > 10
    assert all(CODE.fullmatch(value) for value in values if isinstance(value, str))
    assert {type(value) for value in values} <= {str, int, bool, type(None)}


@pytest.mark.broker
def test_the_broker_carries_ids_alone(journey: tuple[Journey, str]) -> None:
    played, _ = journey
    with Redis.from_url(played.broker) as redis:
        nudges = [json.loads(raw) for raw in redis.lrange("celery", 0, -1)]
        everything = b"".join(redis.dump(key) or b"" for key in redis.keys("*"))
    woken: set[str] = set()
    for nudge in nudges:
        arguments, keywords, _links = json.loads(base64.b64decode(nudge["body"]))
        woken |= {str(UUID(argument)) for argument in arguments}
        assert keywords == {}
        assert found_in(json.dumps(nudge)) == []
    assert len(woken) == len(played.owed())
    assert found_in(everything) == []


def test_the_browser_keeps_no_word_of_a_patient(journey: tuple[Journey, str]) -> None:
    played, _ = journey
    serializer = played.app.session_interface.get_signing_serializer(played.app)  # type: ignore[attr-defined]
    for visitor in played.visitors:
        cookie = visitor.client.get_cookie("qiao")
        assert cookie is not None
        assert found_in(json.dumps(serializer.loads(cookie.value), ensure_ascii=False)) == []


def test_an_error_of_the_database_does_not_quote_what_was_typed(journey: tuple[Journey, str]) -> None:
    played, _ = journey
    with played.app.app_context(), reading() as session, pytest.raises(OperationalError) as failure:
        session.execute(text("SELECT number FROM nowhere WHERE story = :story"), {"story": FORM["story"]})
    assert found_in(str(failure.value)) == []
