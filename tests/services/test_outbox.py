"""The way of a mail, on both databases and over real SMTP (trust I-03…I-08)."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from intake.domain.access import patient_actor
from intake.domain.languages import BY_TAG
from intake.domain.lifecycle import MailState
from intake.gateways.relay import CatcherRecord, NoRecord, SmtpRelay
from intake.services import outbox, portal
from intake.services.access_codes import link_token
from intake.services.correspondence import MAILS, MailKind, Reader
from intake.services.deployment import deployment
from intake.services.transaction import transaction
from intake.store import cases, people
from tests import servers
from tests.mailroom import change, deliver, drain, due_again, journal, owe_many, row, rows, states
from tests.people import now, send
from tests.relays import Sink, change_deployment, connect, listening

READER = "ben@example.org"


@pytest.fixture
def sink(either_app: Flask) -> Iterator[Sink]:
    with listening(Sink()) as running:
        connect(either_app, running)
        yield running


@pytest.fixture
def app(either_app: Flask) -> Flask:
    return either_app


def in_threads(count: int, work: Callable[[], None]) -> None:
    threads = [threading.Thread(target=work) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_an_owed_mail_reaches_the_catcher_and_is_sent(app: Flask, tmp_path: Any) -> None:
    with servers.catcher(tmp_path / "mail") as catcher:
        change_deployment(app, relay=SmtpRelay(catcher.host, catcher.port), record=CatcherRecord(catcher.folder))
        receipt = send(app)
        assert states(app) == ["ready", "ready"]
        assert drain(app) == 2
        kept = list(catcher.folder.glob("*.eml"))
    assert len(kept) == 2
    assert states(app) == ["sent", "sent"]
    assert all(mail.sent_at and mail.attempts == 1 for mail in rows(app))
    assert journal(app, receipt) == ["submit", "mail-taken", "mail-taken"]
    assert any(receipt.number in path.read_text() for path in kept)


def test_i06_ten_wake_ups_of_four_workers_send_each_mail_once(app: Flask, sink: Sink) -> None:
    receipt = send(app)
    owe_many(app, receipt, "question", 98)
    wakes = [mail.id for mail in rows(app)] * 10
    random.Random(6).shuffle(wakes)

    def worker() -> None:
        while wakes:
            try:
                mail_id = wakes.pop()
            except IndexError:
                return
            deliver(app, mail_id)

    in_threads(4, worker)
    assert len(sink.taken) == 100
    assert len({taken.mail["Message-ID"] for taken in sink.taken}) == 100
    assert states(app) == ["sent"] * 100


def test_a_mail_that_somebody_holds_is_left_alone_until_the_lease_ends(app: Flask, sink: Sink) -> None:
    send(app)
    change(app, state="claimed", lease_until=now() + timedelta(minutes=5))
    assert drain(app) == 0
    due_again(app)
    assert drain(app) == 2
    assert len(sink.taken) == 2


def test_a_crash_in_data_with_a_silent_record_waits_for_a_person(app: Flask, sink: Sink) -> None:
    change_deployment(app, record=NoRecord())
    send(app)
    change(app, state="in_data", lease_until=now() - timedelta(minutes=1))
    assert drain(app) == 0
    assert states(app) == ["undecided", "undecided"]
    assert sink.taken == []
    with app.app_context():
        assert {state for _, _, state, _ in outbox.report().stuck} == {"undecided"}
        assert outbox.release([mail.id for mail in rows(app)]) == 2
    assert drain(app) == 2


@pytest.mark.parametrize(("vanishes", "event"), [("taken", "mail-found-at-relay"), ("lost", "mail-not-at-relay")])
def test_the_relays_record_decides_what_a_broken_connection_left(
    app: Flask, sink: Sink, vanishes: str, event: str
) -> None:
    sink.vanishes = vanishes
    receipt = send(app, contact={"email": None})
    assert drain(app) == 0
    assert states(app) == ["in_data"]
    sink.vanishes = None
    due_again(app)
    drain(app)
    drain(app)
    assert states(app) == ["sent"]
    assert len(sink.taken) == 1, "neither lost nor sent twice"
    assert event in journal(app, receipt)


def test_i08_a_mail_that_cannot_be_made_does_not_stop_the_next_ones(
    app: Flask, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_facts(_writing: object) -> dict[str, object]:
        raise LookupError("no such fact")

    monkeypatch.setitem(MAILS, "template-breaks", MailKind(Reader.CONTACT, lambda _: {}))
    monkeypatch.setitem(MAILS, "facts-break", MailKind(Reader.CONTACT, no_facts))
    receipt = send(app)
    for kind in ("template-breaks", "facts-break", "nobody-knows-it"):
        owe_many(app, receipt, kind, 1)
    change(app, not_before=now() - timedelta(minutes=1))
    assert drain(app) == 2
    broken = [mail for mail in rows(app) if mail.state == MailState.TECHNICAL_FAILURE]
    assert {mail.kind for mail in broken} == {"template-breaks", "facts-break", "nobody-knows-it"}
    assert journal(app, receipt).count("mail-broken") == 3
    assert drain(app) == 0, "a broken mail is not tried again by itself"


def test_a_refused_recipient_is_final(app: Flask, sink: Sink) -> None:
    sink.answers[READER] = "550 no such mailbox"
    receipt = send(app)
    assert drain(app) == 1
    refused = row(app, kind="request-received")
    assert (refused.state, refused.relay_code) == ("permanent_failure", 550)
    assert "mail-refused" in journal(app, receipt)
    due_again(app)
    assert drain(app) == 0


@pytest.mark.parametrize("where", [READER, "DATA"])
def test_a_refusal_for_now_is_tried_again_later_and_later(app: Flask, sink: Sink, where: str) -> None:
    sink.answers[where] = "451 come back"
    send(app)
    pauses = []
    for _ in range(3):
        drain(app)
        waiting = row(app, kind="request-received")
        assert (waiting.state, waiting.relay_code) == ("temporary_failure", 451)
        pauses.append(waiting.not_before - now())
        assert not deliver(app, waiting.id), "not before its time, whoever wakes it"
        due_again(app)
    assert timedelta(seconds=20) < pauses[0] < pauses[1] < pauses[2]
    del sink.answers[where]
    drain(app)
    assert states(app) == ["sent", "sent"]


def test_the_pause_between_tries_grows_to_a_limit() -> None:
    assert timedelta(seconds=24) <= outbox.pause(1) <= timedelta(seconds=36)
    assert timedelta(hours=1.6) <= outbox.pause(500) <= timedelta(hours=2.4)


def test_an_unreachable_relay_loses_nothing(app: Flask) -> None:
    sink = Sink()
    connect(app, sink)
    send(app)
    assert drain(app) == 0
    assert sorted(states(app)) == ["ready", "temporary_failure"], "a relay that is away ends the round"
    due_again(app)
    with listening(sink):
        assert drain(app) == 2
    assert len(sink.taken) == 2


def test_a_relay_that_refuses_us_punishes_no_mail(app: Flask, sink: Sink, caplog: pytest.LogCaptureFixture) -> None:
    sink.answers["MAIL"] = "550 we do not know you"
    send(app)
    drain(app)
    assert sorted(states(app)) == ["ready", "temporary_failure"], "the next mail would fare no better"
    assert any(entry.levelname == "CRITICAL" for entry in caplog.records)
    del sink.answers["MAIL"]
    due_again(app)
    assert drain(app) == 2


def test_a_mail_that_is_no_longer_true_is_not_sent(app: Flask, sink: Sink) -> None:
    receipt = send(app)
    with app.app_context():
        portal.withdraw(patient_actor(receipt.case_id), now())
    drain(app)
    assert states(app, kind="desk-new-case") == ["cancelled"]
    assert "mail-outdated" in journal(app, receipt)
    assert [taken.recipients for taken in sink.taken] == [(READER,)]


def test_a_code_that_has_run_out_is_not_mailed(app: Flask, sink: Sink) -> None:
    receipt = send(app)
    with app.app_context():
        token = link_token(deployment().keys, receipt.case_id, "mail")
        with transaction() as session:
            portal._verify_address(session, receipt.case_id, now())
        portal.send_code(deployment(), token, "browser", now() - portal.CODE_LIFE)
    drain(app)
    assert states(app, kind="sign-in-code") == ["cancelled"]


def test_an_erased_case_is_written_to_no_more(app: Flask, sink: Sink) -> None:
    receipt = send(app)
    with app.app_context(), transaction() as session:
        session.delete(session.get_one(cases.CaseKey, receipt.case_id))
    drain(app)
    assert states(app, kind="request-received") == ["technical_failure"]
    assert sink.for_reader(READER) == []


def test_c05_the_recipient_is_the_address_at_the_moment_of_sending(app: Flask, sink: Sink) -> None:
    receipt = send(app)
    with app.app_context(), transaction() as session:
        vault = cases.vault_of(session, deployment().keys, receipt.case_id)
        point = people.email_point(session, receipt.case_id)
        assert point is not None
        point.value = vault.seal("contact_points.value", point.id, "new@example.org")
    drain(app)
    assert sink.for_reader(READER) == []
    assert [mail["To"] for mail in sink.for_reader("new@example.org")] == ["new@example.org"]


def test_an_address_in_any_script_is_reached(app: Flask, sink: Sink) -> None:
    send(app, contact={"email": "ياسين@例子.测试"})
    drain(app)
    assert [mail["To"].addresses[0].addr_spec for mail in sink.for_reader("ياسين@例子.测试")] == ["ياسين@例子.测试"]


def test_i07_a_mail_made_twice_is_the_same_to_the_byte(app: Flask, sink: Sink) -> None:
    sink.vanishes = "taken"
    change_deployment(app, record=NoRecord())
    send(app, contact={"email": None})
    drain(app)
    due_again(app)
    drain(app)
    with app.app_context():
        outbox.release([mail.id for mail in rows(app)])
    drain(app)
    first, second = (
        [line for line in taken.content.splitlines() if not line.startswith(b"Date:")] for taken in sink.taken
    )
    assert first == second
    assert any(line.startswith(b"Message-ID: <") for line in first)


def test_c06_a_mail_speaks_the_language_of_its_reader(app: Flask, sink: Sink) -> None:
    change_deployment(app, offered=(BY_TAG["en"], BY_TAG["ar"], BY_TAG["zh-Hans"]), desk_language=BY_TAG["zh-Hans"])
    send(app, language="ar")
    drain(app)
    (patients,) = sink.for_reader(READER)
    (desks,) = [taken.mail for taken in sink.taken if READER not in taken.recipients]
    assert patients["Content-Language"] == "ar"
    assert desks["Content-Language"] == "zh-Hans"
    assert "年" in desks.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert 'dir="rtl"' in patients.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert "/ar/case/" in patients.get_body(("plain",)).get_content()  # type: ignore[union-attr]


@pytest.mark.parametrize(("tag", "reads"), [("ar-DZ", "ar"), ("sw", "en")])
def test_a_language_that_is_not_offered_is_answered_in_the_nearest_or_english(app: Flask, tag: str, reads: str) -> None:
    changed = change_deployment(app, offered=(BY_TAG["en"], BY_TAG["ar"]))
    assert changed.reader_language(tag).tag == reads


def test_the_report_counts_states_and_tells_the_oldest(app: Flask, sink: Sink) -> None:
    send(app)
    change(app, "desk-new-case", not_before=now() - timedelta(minutes=7))
    with app.app_context():
        before = outbox.report()
        outbox.drain(deployment())
        after = outbox.report()
    assert before.counts == {"ready": 2}
    assert before.oldest_unsent is not None
    assert before.oldest_unsent >= timedelta(minutes=7)
    assert (after.counts, after.oldest_unsent) == ({"sent": 2}, None)


def test_a_sweep_takes_the_oldest_first_and_no_more_than_its_share(app: Flask, sink: Sink) -> None:
    receipt = send(app)
    owe_many(app, receipt, "question", 5)
    change(app, "request-received", not_before=now() - timedelta(hours=1))
    with app.app_context():
        assert outbox.drain(deployment(), limit=1) == 1
    assert states(app, kind="request-received") == ["sent"]
    assert len(rows(app, state="ready")) == 6
