"""People at the desks: invited, signed in with a password and a second factor (trust e-11)."""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta
from functools import cache

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from sqlalchemy.orm import Session

from intake.domain.access import Actor, StaffRole
from intake.domain.errors import InvalidRequest, NotFound, SignInRefused
from intake.domain.service_request import NAME_LIMIT, blank, clean
from intake.services.deployment import Deployment
from intake.services.sessions import (
    DESK_LIFE,
    PENDING_LIFE,
    check_tries,
    count_try,
    new_secret,
    open_session,
)
from intake.services.transaction import reading, transaction
from intake.store import staff
from intake.store.base import new_id
from intake.store.journal import record
from intake.store.sealing import fingerprint
from intake.store.staff import Invitation, Staff

INVITATION_LIFE = timedelta(days=7)
SHORTEST_PASSWORD, LONGEST_PASSWORD = 15, 128
TRIES, TRIES_WINDOW = 10, timedelta(minutes=15)
TOTP_SECONDS = 30

_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""Argon2id with the parameters of the OWASP password cheat sheet: about 30 ms."""


def invite(deployment: Deployment, email: str, role: str, organization: str | None, now: datetime) -> str:
    """Invite somebody; returns the token of the one-time link. Raises InvalidRequest."""
    if role not in set(StaffRole):
        raise InvalidRequest(f"role: one of {', '.join(StaffRole)}", field="role", code="unknown")
    if organization is not None and organization not in deployment.knowledge.network.hospitals:
        raise InvalidRequest(f"{organization!r} is no hospital of the network", field="organization", code="unknown")
    if role == StaffRole.COORDINATOR and organization is None:
        raise InvalidRequest("a coordinator works for a hospital", field="organization", code="required")
    token = new_secret()
    with transaction() as session:
        session.add(
            Invitation(
                token_sha256=fingerprint(token),
                email=email.strip().lower(),
                role=role,
                organization=organization,
                expires_at=now + INVITATION_LIFE,
            )
        )
    return token


def invited_email(token: str, now: datetime) -> str:
    """Whom the invitation is for. Raises NotFound when it is used, expired or none."""
    with reading() as session:
        found = staff.invitation(session, token, now)
        if found is None:
            raise NotFound("no such invitation")
        return found.email


def accept_invitation(deployment: Deployment, token: str, name: str, password: str, now: datetime) -> str:
    """Open the account with a second factor to enrol; returns the token of a session that still lacks it."""
    name = clean(name).strip()
    if blank(name):
        raise InvalidRequest("a name is needed", field="name", code="required")
    if len(name) > NAME_LIMIT:
        raise InvalidRequest("too long", field="name", code="too_long")
    with transaction() as session:
        found = staff.invitation(session, token, now)
        if found is None:
            raise NotFound("no such invitation")
        check_password(password, found.email, name)
        found.used_at = now
        person = staff.by_email(session, found.email) or Staff(id=new_id(), email=found.email, created_at=now)
        person.name, person.role, person.organization = name, found.role, found.organization
        person.password_hash, person.disabled_at = _hasher.hash(password), None
        sealed = deployment.keys.seal("staff.totp", person.id, pyotp.random_base32())
        person.totp_ring_key, person.totp_sealed = sealed.ring_key, sealed.wrapped
        person.totp_confirmed_at = person.totp_last_step = None
        session.add(person)
        session.flush()
        staff.end_sessions(session, now, staff_id=person.id)
        record(session, None, _as_actor(person), "account-opened", now)
        return open_session(session, now, PENDING_LIFE, staff_id=person.id)


def check_password(password: str, email: str, name: str) -> None:
    """Length decides; what others would try first is refused (ASVS 6.2). Raises InvalidRequest."""
    if len(password) < SHORTEST_PASSWORD:
        raise InvalidRequest("too short", field="password", code="password_too_short")
    if len(password) > LONGEST_PASSWORD:
        raise InvalidRequest("too long", field="password", code="too_long")
    lowered = password.lower()
    telling = [email.partition("@")[0].lower(), *name.lower().split(), "qiao", "password", "123456"]
    if len(set(password)) < 6 or any(len(word) > 3 and word in lowered for word in telling):
        raise InvalidRequest("easy to guess", field="password", code="password_easy")


@cache
def _nobody() -> str:
    """A hash to check against when there is no account, so that both answers take the same time (trust S-08)."""
    return _hasher.hash(new_secret())


def sign_in(email: str, password: str, origin: str, now: datetime) -> str:
    """First factor. `origin` tells apart where tries come from. Raises SignInRefused, TooManyTries.

    Returns the token of a session that still lacks its second factor. Failed tries are counted for the origin and the
    address together, so that nobody can lock out somebody else.
    """
    address = clean(email).strip().lower()
    subject = f"{origin}:{fingerprint(address).hex()[:32]}"
    with reading() as session:
        check_tries(session, subject, now, TRIES, TRIES_WINDOW)
        person = staff.by_email(session, address)
        known = person is not None and person.disabled_at is None
        stored = person.password_hash if person is not None and known else _nobody()
        staff_id = person.id if person is not None else None
    if not _matches(stored, password) or not known or staff_id is None:
        count_try(subject, now)
        raise SignInRefused()
    with transaction() as session:
        return open_session(session, now, PENDING_LIFE, staff_id=staff_id)


def _matches(stored: str, password: str) -> bool:
    try:
        return _hasher.verify(stored, password[:LONGEST_PASSWORD])
    except VerifyMismatchError:
        return False


def second_factor_to_enrol(deployment: Deployment, actor: Actor) -> tuple[str, str] | None:
    """The secret to enrol and its otpauth address; None once it was confirmed."""
    with reading() as session:
        person = session.get_one(Staff, actor.id)
        if person.totp_confirmed_at is not None:
            return None
        secret = _totp_secret(deployment, person)
        return secret, pyotp.TOTP(secret).provisioning_uri(name=person.email, issuer_name="Qiao")


def _totp_secret(deployment: Deployment, person: Staff) -> str:
    if person.totp is None:
        raise NotFound("no second factor")
    return deployment.keys.open("staff.totp", person.id, person.totp)


def second_factor(deployment: Deployment, pending: str, actor: Actor, code: str, now: datetime) -> str:
    """Check the code and start the full session under a new token; each code works once.

    Raises SignInRefused, TooManyTries.
    """
    subject = f"totp:{actor.id}:{fingerprint(pending).hex()[:16]}"
    with transaction() as session:
        check_tries(session, subject, now, 5, PENDING_LIFE)
        person = session.get_one(Staff, actor.id, with_for_update=True)  # two at once must not both use one code
        step = _matching_step(deployment, person, code, now)
        if step is not None:
            person.totp_last_step = step
            person.totp_confirmed_at = person.totp_confirmed_at or now
            _end(session, pending, now)
            record(session, None, actor, "signed-in", now)
            return open_session(session, now, DESK_LIFE, staff_id=person.id, second_factor=True)
    count_try(subject, now)
    raise SignInRefused()


def _matching_step(deployment: Deployment, person: Staff, code: str, now: datetime) -> int | None:
    """The time step whose code this is, one before and after allowed, never one that was used (RFC 6238)."""
    if person.totp is None:
        return None
    totp = pyotp.TOTP(_totp_secret(deployment, person))
    here = int(now.timestamp()) // TOTP_SECONDS
    typed = code.replace(" ", "").encode()
    for step in (here - 1, here, here + 1):
        fresh = person.totp_last_step is None or step > person.totp_last_step
        if fresh and hmac.compare_digest(totp.at(step * TOTP_SECONDS).encode(), typed):
            return step
    return None


def _end(session: Session, token: str, now: datetime) -> None:
    row = staff.live_session(session, token, now, DESK_LIFE)
    if row is not None:
        row.ended_at = now


def disable(email: str, now: datetime) -> None:
    """Close an account and end its sessions at once. Raises NotFound."""
    with transaction() as session:
        person = staff.by_email(session, email)
        if person is None:
            raise NotFound("no such account")
        person.disabled_at = now
        staff.end_sessions(session, now, staff_id=person.id)
        record(session, None, _as_actor(person), "account-disabled", now)


def _as_actor(person: Staff) -> Actor:
    return Actor("staff", person.id, person.name, StaffRole(person.role), person.organization)
