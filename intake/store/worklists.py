"""The desk's list, a page at a time by keyset: its cost does not grow with the number of cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from intake.domain.access import Actor
from intake.store.cases import Case
from intake.store.people import Person


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page begins: just after this row."""

    rank: int
    waiting_since: datetime
    case_id: UUID


def page(session: Session, actor: Actor, after: Position | None, limit: int) -> list[tuple[Case, Person]]:
    """Open cases that the actor may see, in worklist order, each with its patient."""
    query = select(Case, Person).join(Person, (Person.case_id == Case.id) & (Person.role == "patient"))
    query = query.where(Case.rank.is_not(None))
    if not actor.whole_network:
        query = query.where(Case.desk == actor.organization)
    if after is not None:
        here = tuple_(Case.rank, Case.waiting_since, Case.id)
        query = query.where(here > tuple_(after.rank, after.waiting_since, after.case_id))
    query = query.order_by(Case.rank, Case.waiting_since, Case.id).limit(limit)
    return [(case, person) for case, person in session.execute(query)]
