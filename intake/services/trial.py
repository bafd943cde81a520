"""Trying the router on a text that belongs to no case: nothing is stored and nothing is logged."""

from __future__ import annotations

from dataclasses import dataclass

from intake.domain.errors import InvalidRequest
from intake.domain.knowledge import Knowledge
from intake.domain.person import Sex
from intake.domain.routing import RoutingInput
from intake.domain.service_request import STORY_LIMIT, blank, clean
from intake.services.assessment import Assessment, assess

OLDEST = 130


@dataclass(frozen=True, slots=True)
class Trial:
    """As typed; what was left out is empty. `place` as in RoutingInput."""

    text: str
    age: str = ""
    sex: str = ""
    place: str = ""


def assess_trial(knowledge: Knowledge, trial: Trial) -> tuple[str, Assessment]:
    """The text that the offsets of the reasons belong to, and its assessment by words. Raises InvalidRequest."""
    text = clean(trial.text)
    if blank(text):
        raise InvalidRequest("must not be empty", field="text", code="required")
    if len(text) > STORY_LIMIT:
        raise InvalidRequest("too long", field="text", code="too_long")
    sex = Sex(trial.sex) if trial.sex in list(Sex) else None
    return text, assess(RoutingInput(text, None, _years(trial.age), sex, trial.place or None), knowledge)


def _years(text: str) -> int | None:
    kept = text.strip()
    if not kept:
        return None
    if not kept.isdecimal() or len(kept) > len(str(OLDEST)) or int(kept) > OLDEST:
        raise InvalidRequest("not an age in years", field="age", code="not_a_number")
    return int(kept)
