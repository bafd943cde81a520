"""A proposal as the desk shows it: its evidence in the story, its points by layer, the facts behind its hospital."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from intake.domain.network import Network
from intake.domain.person import Sex
from intake.domain.routing import Candidate, Reason, ReasonKind
from intake.services.assessment import Assessment
from intake.services.deployment import deployment
from intake.web import filters
from intake.web.words import GRADES, LAYERS, PLACES, SEXES

Mark = tuple[str, str | None]


@dataclass(frozen=True, slots=True)
class Ground:
    """The cited fact for a hospital, with the titles of its sources; `basis` is None where no source names it."""

    hospital: str
    basis: str | None = None
    grade: str = ""
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A candidate, its reasons in words, its points by layer, and why its hospitals, in their order."""

    candidate: Candidate
    chips: tuple[str, ...]
    points: Mapping[ReasonKind, float]
    grounds: tuple[Ground, ...]


def proposals(assessment: Assessment | None) -> list[Proposal]:
    """Best first."""
    network = deployment().knowledge.network
    candidates = assessment.recommendation.candidates if assessment else ()
    return [_proposal(candidate, network) for candidate in candidates]


def _proposal(candidate: Candidate, network: Network) -> Proposal:
    hospitals = [code for code in (candidate.hospital, *candidate.alternates) if code]
    return Proposal(
        candidate,
        tuple(map(reason_words, candidate.reasons)),
        _points(candidate.reasons),
        tuple(_ground(candidate.department, hospital, network) for hospital in hospitals),
    )


def _points(reasons: Iterable[Reason]) -> dict[ReasonKind, float]:
    points: dict[ReasonKind, float] = {}
    for reason in reasons:
        points[reason.kind] = points.get(reason.kind, 0.0) + reason.weight
    return points


def layers(shown: Iterable[Proposal]) -> list[tuple[ReasonKind, str]]:
    """The layers that gave anybody points, with their names."""
    giving = {kind for proposal in shown for kind, points in proposal.points.items() if points}
    return [(kind, str(name)) for kind, name in LAYERS.items() if kind in giving]


def _ground(department: str, hospital: str, network: Network) -> Ground:
    for route in network.departments[department].routes:
        if route.hospital == hospital:
            grade = " · ".join(str(GRADES[part]) for part in route.grade.split("+"))
            return Ground(hospital, route.basis, grade, tuple(network.sources[key].title for key in route.sources))
    return Ground(hospital)


def reason_words(reason: Reason) -> str:
    """A word of the story as it stands there, the phrase that the story is like, or a fact in the reader's words."""
    if reason.kind is ReasonKind.MEANING:
        return _("like: “%(phrase)s”", phrase=reason.like or "")
    value = reason.text.partition(" ")[2]
    if reason.end:
        return reason.text
    if reason.kind is ReasonKind.WISH:
        return filters.department(reason.text)
    if reason.kind is ReasonKind.AGE:
        return _("age %(years)s", years=value)
    return str(SEXES[Sex(value)] if reason.kind is ReasonKind.SEX else PLACES.get(value) or filters.country(value))


def marks(story: str, assessment: Assessment | None) -> list[Mark]:
    """The story in pieces, each with the kind of evidence it is; where two overlap the earlier one is shown."""
    pieces: list[Mark] = []
    here = 0
    for start, end, kind in sorted(_spans(assessment)) if assessment else ():
        if start < here or not start < end <= len(story):
            continue
        pieces += [(story[here:start], None), (story[start:end], kind)]
        here = end
    return [piece for piece in [*pieces, (story[here:], None)] if piece[0]]


def _spans(assessment: Assessment) -> Iterable[tuple[int, int, str]]:
    """What led to the first candidate, word for word: likeness in meaning is of the whole story, not of a word."""
    for flag in assessment.screening.flags:
        yield flag.start, flag.end, "flag"
    for candidate in assessment.recommendation.candidates[:1]:
        for reason in candidate.reasons:
            if reason.end and reason.kind is not ReasonKind.MEANING:
                yield reason.start, reason.end, "gate" if reason.kind is ReasonKind.GATE else "term"
