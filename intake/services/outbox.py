"""Mails go out: claim and commit, render, greet the relay, commit `in_data`, hand over, commit `sent`.

No transaction is open while the network is used. A crash before `in_data` is repeated safely; a crash after it leaves
a mail `undecided` until the relay's record, or a person, tells what happened: never a silent repeat (RFC 1047).
"""

from __future__ import annotations

import logging
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.exc import DBAPIError

from intake.domain.access import CLOCK
from intake.domain.lifecycle import MailState, mail_states_before, mail_target
from intake.gateways.relay import RelayLostInData, RelayMisconfigured, RelayRefused, RelayUnreachable
from intake.rendering.mail import to_bytes, words
from intake.services.correspondence import MAILS, Writing, reader_of
from intake.services.deployment import Deployment
from intake.services.transaction import reading, transaction
from intake.store import claims
from intake.store.cases import Case
from intake.store.journal import record
from intake.store.outbox import DUE_STATES, OutboxMessage

log = logging.getLogger(__name__)

FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(hours=2)
BATCH = 50


@dataclass(frozen=True, slots=True)
class Claim:
    """A mail that is ours until its lease ends."""

    id: UUID
    token: UUID
    case_id: UUID
    kind: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as its reader gets it."""

    recipient: str
    content: bytes


def deliver(deployment: Deployment, mail_id: UUID) -> bool:
    """Send one mail if it is due and nobody else has it. True when the relay took it.

    Raises RelayUnreachable, RelayMisconfigured: then the next mail would fare no better.
    """
    claim = _claim(deployment, mail_id)
    if claim is None:
        return False
    try:
        letter = _letter(deployment, claim)
    except DBAPIError:
        raise  # no fault of the mail: its lease ends, and it is tried again
    except Exception as error:  # noqa: BLE001 one broken mail must not stop the others (trust I-08)
        log.error("mail cannot be made: mail %s, %s", mail_id, type(error).__name__)
        return _move(claim, MailState.CLAIMED, "broken") and False
    if letter is None:
        return _move(claim, MailState.CLAIMED, "outdated") and False
    return _hand_over(deployment, claim, letter)


def _claim(deployment: Deployment, mail_id: UUID) -> Claim | None:
    with transaction() as session:
        mail = claims.claim_mail(session, mail_id, deployment.lease)
        if mail is None or mail.lease_token is None:
            return None
        return Claim(mail.id, mail.lease_token, mail.case_id, mail.kind, mail.attempts)


def _letter(deployment: Deployment, claim: Claim) -> Letter | None:
    """What is true at this moment, for its reader; None when there is nothing to say, or nobody to read it."""
    with reading() as session:
        mail, case = session.get_one(OutboxMessage, claim.id), session.get_one(Case, claim.case_id)
        recipient, language = reader_of(session, deployment, mail, case)
        facts = MAILS[claim.kind].facts(Writing(session, deployment, case, mail, language))
        message_id, now = mail.message_id, claims.database_now(session)
    if facts is None or recipient is None:
        return None
    content = to_bytes(
        words(claim.kind, language, facts),
        sender=deployment.mail_from,
        recipient=recipient,
        language=language,
        message_id=message_id,
        now=now,
    )
    return Letter(recipient, content)


def _hand_over(deployment: Deployment, claim: Claim, letter: Letter) -> bool:
    state = MailState.CLAIMED
    try:
        with deployment.relay.conversation(deployment.mail_from, letter.recipient) as conversation:
            if not _move(claim, MailState.CLAIMED, "start-data"):
                return False
            state = MailState.IN_DATA
            conversation.data(letter.content)
            return _move(claim, MailState.IN_DATA, "taken")  # before the farewell, which a slow relay may draw out
    except RelayRefused as refusal:
        event = "refused" if refusal.permanent else "refused-for-now"
        return _move(claim, state, event, relay_code=refusal.code) and False
    except (RelayUnreachable, RelayMisconfigured):
        _move(claim, state, "refused-for-now")
        raise
    except RelayLostInData:
        log.error("connection lost in data: mail %s", claim.id)
        return False  # stays in_data until its lease ends, then it is undecided


def _move(claim: Claim, state: MailState, event: str, relay_code: int | None = None) -> bool:
    with transaction() as session:
        now = claims.database_now(session)
        values: dict[str, object] = {"relay_code": relay_code}
        if event == "refused-for-now":
            values["not_before"] = now + pause(claim.attempts)
        if event == "taken":
            values["sent_at"] = now
        moved = claims.move_mail(session, claim.id, claim.token, state, event, **values)
        if moved and event != "start-data":
            record(session, claim.case_id, CLOCK, f"mail-{event}", now, mail=claim.kind, relay_code=relay_code)
        return moved


def pause(attempts: int) -> timedelta:
    """Growing, capped, and a little random, so that a relay that comes back is not stormed."""
    grown = min(FIRST_PAUSE * 2 ** min(attempts - 1, 10), LONGEST_PAUSE)
    return timedelta(seconds=grown.total_seconds() * random.uniform(0.8, 1.2))  # noqa: S311 no secret


def drain(deployment: Deployment, limit: int = BATCH) -> int:
    """The sweep: end old leases, ask about undecided mails, send what is due. Returns how many were sent."""
    settle(deployment)
    with reading() as session:
        due = list(claims.due_mails(session, limit))
    return deliver_each(deployment, due)


def deliver_each(deployment: Deployment, mail_ids: Iterable[UUID]) -> int:
    """Send these mails; returns how many the relay took. A relay that is away or refuses us ends the round."""
    sent = 0
    for mail_id in mail_ids:
        try:
            sent += deliver(deployment, mail_id)
        except RelayUnreachable as error:
            log.warning("the relay is away: %s", str(error))
            break
        except RelayMisconfigured as error:
            log.critical("the relay refuses us: %s", str(error))
            break
        except Exception as error:  # noqa: BLE001 the next mail is not to blame (trust I-08)
            log.error("delivery failed: mail %s, %s", mail_id, type(error).__name__)
    return sent


def settle(deployment: Deployment) -> None:
    """End leases that a crash left behind, and ask the relay's record about every undecided mail."""
    with transaction() as session:
        claims.end_leases(session)
        undecided = select(OutboxMessage.id, OutboxMessage.message_id).filter_by(state=MailState.UNDECIDED)
        open_questions = list(session.execute(undecided.limit(BATCH)))
    for mail_id, message_id in open_questions:
        known = deployment.record.has(message_id)
        if known is not None:
            _decide(mail_id, "found-at-relay" if known else "not-at-relay")


def _decide(mail_id: UUID, event: str) -> None:
    with transaction() as session:
        now = claims.database_now(session)
        values: dict[str, object] = {"state": mail_target(MailState.UNDECIDED, event)}
        values |= {"sent_at": now} if event == "found-at-relay" else {"not_before": now}
        statement = update(OutboxMessage).filter_by(id=mail_id, state=MailState.UNDECIDED).values(**values)
        mail = session.scalars(statement.returning(OutboxMessage)).one_or_none()
        if mail is not None:
            record(session, mail.case_id, CLOCK, f"mail-{event}", now, mail=mail.kind)


@dataclass(frozen=True, slots=True)
class OutboxReport:
    """`oldest_unsent` is the age of the oldest mail that is due, None when none is."""

    counts: Counter[str]
    oldest_unsent: timedelta | None
    stuck: tuple[tuple[UUID, str, str, int], ...]


STUCK = (MailState.UNDECIDED, MailState.PERMANENT_FAILURE, MailState.TECHNICAL_FAILURE, MailState.HELD)


def report() -> OutboxReport:
    oldest = oldest_unsent()
    with reading() as session:
        counts = session.execute(select(OutboxMessage.state, func.count().label("mails")).group_by(OutboxMessage.state))
        rows = session.execute(
            select(OutboxMessage.id, OutboxMessage.kind, OutboxMessage.state, OutboxMessage.attempts)
            .where(OutboxMessage.state.in_(STUCK))
            .order_by(OutboxMessage.created_at)
            .limit(100)
        )
        stuck = tuple((mail_id, kind, state, attempts) for mail_id, kind, state, attempts in rows)
        return OutboxReport(Counter({row.state: row.mails for row in counts}), oldest, stuck)


def oldest_unsent() -> timedelta | None:
    """One look at the head of the due index: cheap at any size."""
    with reading() as session:
        oldest = session.scalar(
            select(OutboxMessage.not_before)
            .where(OutboxMessage.state.in_(DUE_STATES))
            .order_by(OutboxMessage.not_before)
            .limit(1)
        )
        return max(claims.database_now(session) - oldest, timedelta()) if oldest else None


def release(mail_ids: Sequence[UUID]) -> int:
    """A person decides that stuck mails are to be sent. Returns how many were released."""
    with transaction() as session:
        now = claims.database_now(session)
        statement = (
            update(OutboxMessage)
            .where(OutboxMessage.id.in_(mail_ids), OutboxMessage.state.in_(mail_states_before("release")))
            .values(state=MailState.READY, not_before=now, lease_token=None)
            .returning(OutboxMessage)
        )
        released = list(session.scalars(statement))
        for mail in released:
            record(session, mail.case_id, CLOCK, "mail-released", now, mail=mail.kind)
            session.info["owed"].append(mail.id)
        return len(released)
