"""Nudges about mails: at once when it is quiet, together when much comes at once, and never at a request's cost."""

from __future__ import annotations

import base64
import json
from uuid import UUID, uuid4

import pytest
from redis import Redis

from intake.gateways.queue import DELIVER_TASK, Waker
from tests import servers
from tests.instance import until

MANY = 200


def nudges(broker: Redis) -> list[list[UUID]]:
    """What lies in the queue, oldest first: the mails of each message."""
    messages = [json.loads(message) for message in reversed(broker.lrange("celery", 0, -1))]
    assert {message["headers"]["task"] for message in messages} <= {DELIVER_TASK}
    return [[UUID(mail) for mail in json.loads(base64.b64decode(message["body"]))[0]] for message in messages]


@pytest.mark.broker
def test_the_first_nudge_goes_out_at_once_and_what_follows_shares_a_few_more() -> None:
    mails = [uuid4() for _ in range(MANY)]
    with servers.valkey() as url, Redis.from_url(url) as broker:
        wake = Waker(url)
        wake(mails[:1])
        assert nudges(broker) == [mails[:1]]
        for mail in mails[1:]:
            wake([mail])
        until(lambda: sum(map(len, nudges(broker))) == MANY, patience=20)
        sent = nudges(broker)
        assert sorted(mail for message in sent for mail in message) == sorted(mails)
        assert len(sent) < MANY / 4


@pytest.mark.broker
def test_after_a_quiet_moment_a_nudge_goes_out_at_once_again() -> None:
    first, second = uuid4(), uuid4()
    with servers.valkey() as url, Redis.from_url(url) as broker:
        wake = Waker(url)
        wake([first])
        until(lambda: wake._gathered is None, patience=20)
        wake([second])
        assert nudges(broker) == [[first], [second]]


def test_without_a_broker_nothing_happens() -> None:
    Waker(None)([uuid4()])
