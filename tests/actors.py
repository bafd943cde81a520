"""Members of staff without the way through the pages, for tests of use cases."""

from __future__ import annotations

from flask import Flask

from intake.domain.access import Actor, StaffRole
from intake.services.transaction import transaction
from intake.store.base import new_id
from intake.store.staff import Staff
from tests.people import now


def member(app: Flask, organization: str | None, role: StaffRole = StaffRole.COORDINATOR, name: str = "Li Na") -> Actor:
    """Somebody with an account at a hospital's desk, or of the whole network when `organization` is None."""
    staff_id = new_id()
    with app.app_context(), transaction() as session:
        session.add(
            Staff(
                id=staff_id,
                email=f"{staff_id}@hospital.example",
                name=name,
                role=role,
                organization=organization,
                password_hash="none",
                created_at=now(),
            )
        )
    return Actor("staff", staff_id, name, role, organization)


def lead(app: Flask) -> Actor:
    return member(app, None, StaffRole.NETWORK_LEAD)
