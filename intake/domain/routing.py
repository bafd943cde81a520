"""From a story to a department and a hospital, with reasons that point at the patient's own words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from intake.domain.lexicon import Evidence, Finding, Lexicon
from intake.domain.meaning import Encoder, likenesses
from intake.domain.network import Department, Network, Routable
from intake.domain.person import Sex
from intake.domain.placement import hospitals_for
from intake.domain.recognition import recognise
from intake.domain.red_flags import RedFlag, Screening
from intake.domain.suitability import (
    COORDINATOR_CONFIRMS_CHILD,
    MORE_SPECIFIC_THAN,
    SURGICAL,
    AgeGroup,
    Person,
    age_group,
    for_a_child,
    for_a_man,
    for_an_adult,
)
from intake.domain.term_tables import Role


class ReasonKind(StrEnum):
    """Why a point was given: a word of the story, a wish, a gate word, or a fact about the person."""

    TERM = "term"
    WISH = "wish"
    MEANING = "meaning"
    GATE = "gate"
    AGE = "age"
    SEX = "sex"
    PLACE = "place"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Reason:
    """`text` equals `story[start:end]` for words; for facts both offsets are 0 and `text` is the fact (`age 4`)."""

    text: str
    start: int
    end: int
    kind: ReasonKind
    weight: float
    like: str | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """`hospital` is None only in an emergency or crisis: then nobody is sent to a hospital far away."""

    department: str
    hospital: str | None
    score: float
    reasons: tuple[Reason, ...]
    alternates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RoutingInput:
    """What the router knows. `language` is a BCP 47 prior; `place` an ISO alpha-3 country, hangzhou, yiwu or jinhua."""

    text: str
    language: str | None = None
    age_years: int | None = None
    sex: Sex | None = None
    place: str | None = None
    wished_department: str | None = None
    wished_hospital: str | None = None


@dataclass(frozen=True, slots=True)
class Recommendation:
    """Up to five candidates, best first. `gate` forbids booking and letter until a person lifts it.

    `margin` is (best - second) / best in 0…1. `human_first`: a person chooses before anything is shown as likely.
    """

    language: str | None
    candidates: tuple[Candidate, ...]
    margin: float
    human_first: bool
    gate: str | None
    emergency: bool
    screened: bool


Ballot = Mapping[str, tuple[Reason, ...]]
"""Department → the reasons that speak for it."""

MOST_CANDIDATES = 5
SURE_MARGIN = 0.2
SURE_SCORE = 2.0
"""Below either of the two a person chooses. Not calibrated yet."""

STRONG = 3.0
OPERATION_WEIGHT = 1.0
NEWBORN_WEIGHT = 2.0
ALTERNATE_SHARE = 0.8
"""What an adult department keeps of its points when the Children's Hospital comes first."""

_GATE_DEPARTMENTS = {
    "organ_transplant_foreigner": "transplantation",
    "art_marriage": "reproductive-medicine",
    "medical_transfer": "intensive-care",
}


def recommend(
    request: RoutingInput,
    screening: Screening,
    network: Network,
    lexicon: Lexicon,
    encoder: Encoder | None = None,
) -> Recommendation:
    """Departments and hospitals for a story, by the order of evaluation of the network's facts.

    1 danger, 2 law, 3 age, 4 sex, 5 the specific condition, 6 strength of the hospital, 7 place of stay, 8 a person.
    """
    evidence = lexicon.read(request.text)
    person = _person(request, evidence, network)
    gate = next(iter(evidence.gates.values()), None)
    ballot = _evidence_ballot(request, evidence, network, encoder)
    ballot = _by_gate(ballot, gate, network)
    ballot = _by_age(ballot, person, evidence, network)
    ballot = _by_sex(ballot, person, network)
    ballot = _by_specific_condition(ballot)
    ballot = ballot or _unclear(person)
    candidates = _candidates(ballot, request, person, evidence, network)
    if screening.raised:
        candidates = _danger_first(candidates, screening.flags)
    stop = _danger(screening.flags) if screening.raised else gate.code if gate else None
    margin = _margin(candidates)
    return Recommendation(
        language=_language(request, evidence),
        candidates=candidates[:MOST_CANDIDATES],
        margin=margin,
        human_first=bool(stop) or not screening.screened or _unsure(candidates, margin, request, person, network),
        gate=stop,
        emergency=screening.raised,
        screened=screening.screened,
    )


def _language(request: RoutingInput, evidence: Evidence) -> str | None:
    """The language of the text; a text too short to tell by its letters is known by its words, else by the prior."""
    found = Counter(finding.language for finding in evidence.departments).most_common(1)
    return next(iter(recognise(request.text)), None) or request.language or (found[0][0] if found else None)


def _person(request: RoutingInput, evidence: Evidence, network: Network) -> Person:
    """Facts as given come before words of the text."""
    context = evidence.context
    newborn = "newborn" in context and not request.age_years
    sex = request.sex if request.sex in (Sex.FEMALE, Sex.MALE) else None
    if sex is None and ("female" in context) != ("male" in context):
        sex = Sex.FEMALE if "female" in context else Sex.MALE
    return Person(age_group(request.age_years, newborn or "child" in context, network.age_rule), newborn, sex)


def _evidence_ballot(request: RoutingInput, evidence: Evidence, network: Network, encoder: Encoder | None) -> Ballot:
    """Words, likeness in meaning, the wish to be operated, and the wished department on top of all."""
    ballot = _words(evidence.departments)
    if encoder is not None:
        ballot = _merge(ballot, _meaning(request.text, encoder))
    operation = evidence.context.get("operation")
    if operation:
        reason = _reason(operation, ReasonKind.TERM, OPERATION_WEIGHT)
        ballot = {code: (*reasons, reason) if code in SURGICAL else reasons for code, reasons in ballot.items()}
    wish = request.wished_department
    if wish is None or wish not in network.departments:
        return ballot
    return _on_top(ballot, wish, lambda weight: Reason(wish, 0, 0, ReasonKind.WISH, weight))


def _words(findings: Iterable[Finding]) -> Ballot:
    """Each word counts once for a department, however often it is said."""
    best: dict[tuple[str, str], Reason] = {}
    for finding in findings:
        kind = ReasonKind.WISH if finding.role is Role.NAME else ReasonKind.TERM
        key = finding.code, finding.text.casefold()
        if key not in best or best[key].weight < finding.weight:
            best[key] = _reason(finding, kind, finding.weight)
    ballot: dict[str, tuple[Reason, ...]] = {}
    for (code, _), reason in best.items():
        ballot[code] = (*ballot.get(code, ()), reason)
    return ballot


def _meaning(text: str, encoder: Encoder) -> Ballot:
    """Points for what other patients of a department write like this."""
    return {
        like.department: (Reason(text[: like.end], 0, like.end, ReasonKind.MEANING, like.weight, like.phrase),)
        for like in likenesses(text, encoder)
    }


def _reason(finding: Finding, kind: ReasonKind, weight: float) -> Reason:
    return Reason(finding.text, finding.start, finding.end, kind, weight)


def _on_top(ballot: Ballot, code: str, reason: Callable[[float], Reason]) -> Ballot:
    """Gives `code` just so much weight that it leads by a strong word."""
    lead = max(map(_score, ballot.values()), default=0.0) - _score(ballot.get(code, ()))
    return {**ballot, code: (reason(lead + STRONG), *ballot.get(code, ()))}


def _score(reasons: Iterable[Reason]) -> float:
    return sum(reason.weight for reason in reasons)


def _by_gate(ballot: Ballot, gate: Finding | None, network: Network) -> Ballot:
    """A gate's department leads; without its gate a department that nobody can book is no proposal."""
    bookable = {code: reasons for code, reasons in ballot.items() if network.departments[code].bookable}
    if gate is None:
        return bookable
    return _on_top(bookable, _GATE_DEPARTMENTS[gate.code], lambda weight: _reason(gate, ReasonKind.GATE, weight))


def _by_age(ballot: Ballot, person: Person, evidence: Evidence, network: Network) -> Ballot:
    match person.age_group:
        case AgeGroup.CHILD:
            moved = _move(ballot, for_a_child, network)
            return _newborn_first(moved, evidence) if person.newborn else moved
        case AgeGroup.ADOLESCENT:
            return _merge(_move(ballot, for_a_child, network), _weakened(ballot))
        case AgeGroup.ADULT:
            return _move(ballot, for_an_adult, network)
    return ballot


def _move(ballot: Ballot, to: Callable[[Department], str | None], network: Network) -> Ballot:
    """Every reason goes with its department to another one; None drops it."""
    moved: Ballot = {}
    for code, reasons in ballot.items():
        target = to(network.departments[code])
        if target is not None:
            moved = _merge(moved, {target: reasons})
    return moved


def _merge(one: Ballot, other: Ballot) -> Ballot:
    """No word speaks twice for a department: its greatest weight counts."""
    merged = dict(one)
    for code, reasons in other.items():
        best: dict[tuple[int, int, str], Reason] = {}
        for reason in sorted((*merged.get(code, ()), *reasons), key=lambda reason: -reason.weight):
            best.setdefault((reason.start, reason.end, reason.text), reason)
        merged[code] = tuple(best.values())
    return merged


def _weakened(ballot: Ballot) -> Ballot:
    return {
        code: tuple(replace(reason, weight=reason.weight * ALTERNATE_SHARE) for reason in reasons)
        for code, reasons in ballot.items()
    }


def _newborn_first(ballot: Ballot, evidence: Evidence) -> Ballot:
    return _merge(ballot, {"neonatology": (_reason(evidence.context["newborn"], ReasonKind.AGE, NEWBORN_WEIGHT),)})


def _by_sex(ballot: Ballot, person: Person, network: Network) -> Ballot:
    return _move(ballot, for_a_man, network) if person.sex is Sex.MALE else ballot


def _by_specific_condition(ballot: Ballot) -> Ballot:
    """A department with a strong word of its own also has the words of the more general ones; wishes stay."""
    for specific, generals in MORE_SPECIFIC_THAN.items():
        if any(reason.weight >= STRONG for reason in ballot.get(specific, ())):
            for general in generals:
                words = tuple(reason for reason in ballot.get(general, ()) if reason.kind is ReasonKind.TERM)
                ballot = _merge(ballot, {specific: words})
    return ballot


def _unclear(person: Person) -> Ballot:
    return {"pediatrics" if person.age_group is AgeGroup.CHILD else "general-practice": ()}


def _candidates(
    ballot: Ballot, request: RoutingInput, person: Person, evidence: Evidence, network: Network
) -> tuple[Candidate, ...]:
    """Departments by their points, each with the hospitals that may be proposed."""
    wishes = [request.wished_hospital or "", *(finding.code for finding in evidence.hospitals)]
    ranked = sorted(ballot, key=lambda code: -_score(ballot[code]))
    candidates = []
    for code in ranked:
        hospitals = hospitals_for(network.departments[code], person, network, wishes, request.place)
        if hospitals:
            named = (finding for finding in evidence.hospitals if finding.code == hospitals[0])
            wish = tuple(_reason(finding, ReasonKind.WISH, 0.0) for finding in named)
            reasons = (*ballot[code], *wish, *_facts(request, person))
            candidates.append(Candidate(code, hospitals[0], _score(reasons), reasons, hospitals[1:]))
    return tuple(candidates)


def _facts(request: RoutingInput, person: Person) -> tuple[Reason, ...]:
    """What about the person bore on the choice; facts carry no weight of their own."""
    facts = [(ReasonKind.AGE, request.age_years is not None, f"age {request.age_years}")]
    facts.append((ReasonKind.SEX, person.sex is not None, f"sex {person.sex}"))
    facts.append((ReasonKind.PLACE, request.place is not None, f"place {request.place}"))
    return tuple(Reason(text, 0, 0, kind, 0.0) for kind, known, text in facts if known)


def _danger_first(candidates: tuple[Candidate, ...], flags: tuple[RedFlag, ...]) -> tuple[Candidate, ...]:
    """In danger nobody is sent to a hospital far away; the departments stay for the coordinator to see."""
    reasons = tuple(Reason(flag.text, flag.start, flag.end, ReasonKind.FLAG, STRONG) for flag in flags)
    department = "psychiatry" if _danger(flags) == "crisis" else "emergency"
    others = (replace(c, hospital=None, alternates=()) for c in candidates if c.department != department and c.score)
    return Candidate(department, None, _score(reasons), reasons), *others


def _danger(flags: tuple[RedFlag, ...]) -> str:
    """The body comes first: an overdose is an emergency also when it was a suicide attempt."""
    return str(min((flag.alarm for flag in flags), key=("emergency", "crisis").index))


def _margin(candidates: tuple[Candidate, ...]) -> float:
    """(best - second) / best, 0 without evidence."""
    scores = [*(candidate.score for candidate in candidates), 0.0, 0.0]
    return max(0.0, (scores[0] - scores[1]) / scores[0]) if scores[0] else 0.0


def _unsure(
    candidates: tuple[Candidate, ...], margin: float, request: RoutingInput, person: Person, network: Network
) -> bool:
    best = candidates[0]
    child_elsewhere = person.age_group is AgeGroup.CHILD and best.department in COORDINATOR_CONFIRMS_CHILD
    wished = network.hospitals.get(request.wished_hospital or "")
    for_coordinator = wished is not None and wished.routable is not Routable.AUTOMATIC
    return margin < SURE_MARGIN or best.score < SURE_SCORE or child_elsewhere or for_coordinator
