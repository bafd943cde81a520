"""What coordinators' decisions say about the router, kept without a word of a patient.

Kept are codes, and of the words that led to a proposal only the terms of the lexicon under which they were found: what
a patient wrote beyond them, even the rest of a word after a stem, is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from intake.domain.lexicon import Lexicon
from intake.domain.routing import Candidate, ReasonKind
from intake.services.transaction import reading
from intake.store import outcomes
from intake.store.outcomes import TERM_LIMIT, RoutingOutcome
from intake.store.outcomes import Agreement as Agreement

_OF_WORDS = (ReasonKind.TERM, ReasonKind.WISH)


@dataclass(frozen=True, slots=True)
class Report:
    """Each list begins with what misled most often."""

    departments: list[Agreement]
    languages: list[Agreement]
    terms: list[Agreement]


def keep_outcome(
    session: Session, lexicon: Lexicon, proposed: Candidate, confirmed: str, language: str, now: datetime
) -> None:
    """To be committed with the decision."""
    month = now.date().replace(day=1)
    session.add_all(
        RoutingOutcome(
            month=month,
            language=language,
            proposed=proposed.department,
            confirmed=confirmed,
            term=term,
            weight=weight,
        )
        for term, weight in _weights(proposed, lexicon).items()
    )


def _weights(proposed: Candidate, lexicon: Lexicon) -> dict[str | None, float]:
    """The points of the whole proposal (None), and of each term behind its reasons."""
    weights: dict[str | None, float] = {None: proposed.score}
    for reason in proposed.reasons:
        term = lexicon.term_of(reason.text) if reason.end and reason.kind in _OF_WORDS else None
        if term is not None and len(term) <= TERM_LIMIT and reason.weight:
            weights[term] = max(weights.get(term, 0.0), reason.weight)
    return weights


def report() -> Report:
    with reading() as session:
        return Report(outcomes.by_department(session), outcomes.by_language(session), outcomes.by_term(session))
