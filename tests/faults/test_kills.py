"""Worker, broker and web server are killed in mid-flight: nothing accepted is lost, nothing is mailed twice.

Trust I-01, I-02, I-04, I-07, in the embedded profile; the long form with many kills comes with `make faults`.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from http.cookiejar import CookieJar
from pathlib import Path
from threading import Event
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select

from config import Settings
from intake.gateways.relay import mail_digest
from intake.services.transaction import reading
from intake.store.cases import Case, RequestRow
from intake.store.outbox import OutboxMessage
from tests.conftest import running
from tests.instance import Qiao, until
from tests.people import Patient

pytestmark = pytest.mark.slow

SEED = 2
PATIENTS = 2
SHORT = {"QIAO_LEASE_SECONDS": "4", "QIAO_SWEEP_SECONDS": "1"}
PROGRAMS = {"worker": "celery", "broker": "valkey-server", "web": "granian"}
NUMBER = re.compile(r"Q-[0-9A-Z]{4}-[0-9A-Z]{4}")


class Browser:
    """Somebody who fills in the form over HTTP and presses "send" again whenever no answer comes."""

    def __init__(self, home: str) -> None:
        self.home = home
        self.opener = build_opener(HTTPCookieProcessor(CookieJar()))

    def sends(self) -> tuple[str, str]:
        """The key of one request and the case number on its receipt."""
        page = BeautifulSoup(insist(lambda: self._open(None)), "html.parser")
        hidden = {str(field["name"]): str(field["value"]) for field in page.select("input[type=hidden][value]")}
        filled = Patient.__new__(Patient).fields() | hidden
        receipt = insist(lambda: self._open(urlencode(filled).encode()))
        found = NUMBER.search(receipt)
        assert found, receipt
        return filled["idempotency_key"], found.group()

    def _open(self, form: bytes | None) -> str:
        with self.opener.open(f"{self.home}/en/", form, timeout=10) as response:
            return str(response.read().decode())


def insist(ask: Callable[[], str]) -> str:
    """Ask until there is an answer. A refusal (4xx) is one; a dead server or a 5xx is none."""
    for _ in range(200):
        try:
            return ask()
        except HTTPError as error:
            if error.code < 500:
                raise
        except (OSError, HTTPException):
            pass
        time.sleep(0.1)
    raise AssertionError("no answer in twenty seconds")


@contextlib.contextmanager
def patients_sending(home: str) -> Iterator[dict[str, str]]:
    """People send requests, one after the other, until the end of the block; key → case number of each receipt."""
    accepted: dict[str, str] = {}
    stopped = Event()

    def patient() -> None:
        browser = Browser(home)
        while not stopped.is_set():
            key, number = browser.sends()
            accepted[key] = number

    with ThreadPoolExecutor(PATIENTS) as people:
        sending = [people.submit(patient) for _ in range(PATIENTS)]
        try:
            yield accepted
        finally:
            stopped.set()
        for one in sending:
            one.result()


def mails(app: Flask) -> Counter[str]:
    with app.app_context(), reading() as session:
        counts = session.execute(select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state))
        return Counter({str(state): int(count) for state, count in counts})


def process_of(service: str, supervisor: int) -> int:
    children = map(int, Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split())
    return next(pid for pid in children if PROGRAMS[service] in Path(f"/proc/{pid}/cmdline").read_text())


def kill(qiao: Qiao, app: Flask, service: str, supervisor: int) -> int:
    """Kill a service while mails are on their way and wait until it works again. Returns how many were."""
    until(lambda: mails(app).keys() - {"sent"}, patience=20)
    victim, on_their_way = process_of(service, supervisor), mails(app)
    os.kill(victim, signal.SIGKILL)
    until(lambda: f"{service} ended (SIGKILL)" in qiao.said.read_text(), patience=10)
    until(qiao.answers, patience=20)
    return on_their_way.total() - on_their_way["sent"]


def copies(folder: Path) -> Counter[str]:
    """How often the catcher took each mail, by the digest of its Message-ID."""
    return Counter(path.stem.split("-")[1] for path in folder.glob("*.eml"))


def test_kills_in_mid_flight_lose_nothing_and_mail_nothing_twice(tmp_path: Path) -> None:
    qiao = Qiao(tmp_path / "data", given=SHORT)
    services = random.Random(SEED).sample(sorted(PROGRAMS), len(PROGRAMS))
    with qiao.started() as supervisor, running(Settings.from_environment(qiao.environment)) as app:
        with patients_sending(qiao.home) as accepted:
            in_flight = {service: kill(qiao, app, service, supervisor.pid) for service in services}
            until(lambda: len(accepted) >= 30, patience=20)
        until(lambda: mails(app).keys() == {"sent"}, patience=40)
        with app.app_context(), reading() as session:
            stored = session.execute(select(RequestRow, Case).join(Case, Case.id == RequestRow.case_id))
            cases = {request.idempotency_key: case.number for request, case in stored}
            owed = Counter(session.scalars(select(OutboxMessage.case_id)))
            digests = [mail_digest(message_id) for message_id in session.scalars(select(OutboxMessage.message_id))]
        taken = copies(qiao.data / "mail")
    assert all(in_flight.values()), f"nothing was in flight: {in_flight}"
    assert cases == accepted, "I-01, I-02: each accepted request is stored once, under the number on its receipt"
    assert set(owed.values()) == {2}, "I-03: each case has its mails"
    assert taken == Counter(digests), "I-04, I-07: each mail arrived, and arrived once"
