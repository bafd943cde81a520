"""What coordinators made of the router's proposals, for learning: rows that lead back to no case and no person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, String, case, func, select
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column

from intake.store.base import Base

TERM_LIMIT = 40


class RoutingOutcome(Base):
    """One term of the lexicon that spoke for `proposed`; the row without a term stands for the decision itself.

    `month` is its first day, and the id is drawn by lot: a day, or an id made from the clock, would lead back to the
    case. `weight` is the points of the term, or of the whole proposal.
    """

    __tablename__ = "routing_outcomes"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    month: Mapped[date]
    language: Mapped[str] = mapped_column(String(12))
    proposed: Mapped[str] = mapped_column(String(40))
    confirmed: Mapped[str] = mapped_column(String(40))
    term: Mapped[str | None] = mapped_column(String(TERM_LIMIT))
    weight: Mapped[float]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often `name` was decided about and confirmed, and the points that it gave where it was not."""

    name: str
    decided: int
    agreed: int
    astray: float


_AGREED = RoutingOutcome.proposed == RoutingOutcome.confirmed
_IS_TERM = RoutingOutcome.term.is_not(None)


def by_department(session: Session) -> list[Agreement]:
    return _agreement(session, RoutingOutcome.proposed, ~_IS_TERM)


def by_language(session: Session) -> list[Agreement]:
    return _agreement(session, RoutingOutcome.language, ~_IS_TERM)


def by_term(session: Session) -> list[Agreement]:
    return _agreement(session, RoutingOutcome.term, _IS_TERM)


def _agreement(session: Session, name: InstrumentedAttribute[Any], counted: ColumnElement[bool]) -> list[Agreement]:
    """What misled most often comes first."""
    agreed = func.sum(case((_AGREED, 1), else_=0))
    astray = func.sum(case((_AGREED, 0.0), else_=RoutingOutcome.weight))
    query = select(name, func.count(), agreed, astray).where(counted).group_by(name)
    rows = session.execute(query.order_by((func.count() - agreed).desc(), astray.desc(), name))
    return [Agreement(str(row[0]), row[1], int(row[2]), float(row[3])) for row in rows]
