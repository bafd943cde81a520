"""Red flags, then the recommendation: on the first story and again on every later message of the patient."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import Any

from intake.domain.knowledge import Knowledge
from intake.domain.meaning import Encoder
from intake.domain.red_flags import NOT_SCREENED, Alarm, RedFlag, Screening, screen
from intake.domain.routing import Candidate, Reason, ReasonKind, Recommendation, RoutingInput, recommend

log = logging.getLogger(__name__)

UNROUTED = Recommendation(
    language=None, candidates=(), margin=0.0, human_first=True, gate=None, emergency=False, screened=False
)


@dataclass(frozen=True, slots=True)
class Assessment:
    screening: Screening
    recommendation: Recommendation

    @property
    def alarm(self) -> Alarm | None:
        """A crisis is named before an emergency: its first sentence differs."""
        if self.screening.crisis:
            return Alarm.CRISIS
        return Alarm.EMERGENCY if self.screening.emergency else None

    @property
    def best(self) -> Candidate | None:
        return self.recommendation.candidates[0] if self.recommendation.candidates else None


def screened(text: str, knowledge: Knowledge) -> Screening:
    """A detector that fails never makes a case look harmless (trust C-3)."""
    try:
        return screen(text, knowledge.red_flags)
    except Exception as error:  # noqa: BLE001 whatever fails, a person reads first
        log.error("screening failed: %s", type(error).__name__)
        return NOT_SCREENED


def assess(request: RoutingInput, knowledge: Knowledge, encoder: Encoder | None = None) -> Assessment:
    screening = screened(request.text, knowledge)
    try:
        recommendation = recommend(request, screening, knowledge.network, knowledge.lexicon, encoder)
    except Exception as error:  # noqa: BLE001 whatever fails, a person chooses
        log.error("routing failed: %s", type(error).__name__)
        recommendation = UNROUTED
    return Assessment(screening, recommendation)


def from_json(data: dict[str, Any]) -> Assessment:
    """The assessment that was sealed with the case."""
    screening, found = data["screening"], data["recommendation"]
    flags = tuple(RedFlag(**flag | {"alarm": Alarm(flag["alarm"])}) for flag in screening["flags"])
    candidates = tuple(
        Candidate(**row | {"reasons": tuple(map(_reason, row["reasons"])), "alternates": tuple(row["alternates"])})
        for row in found["candidates"]
    )
    return Assessment(Screening(**screening | {"flags": flags}), Recommendation(**found | {"candidates": candidates}))


def _reason(row: dict[str, Any]) -> Reason:
    return Reason(**row | {"kind": ReasonKind(row["kind"])})
