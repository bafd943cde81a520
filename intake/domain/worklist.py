"""The order of the desk's list: danger first, then unread risk, then whoever has waited longest."""

from __future__ import annotations

from datetime import timedelta
from enum import IntEnum

from intake.domain.lifecycle import ENDED, Role, Stage, actions

ANSWER_WITHIN = timedelta(hours=24)
"""The promise to the patient's side: a person answers within a day."""


class Rank(IntEnum):
    """Position on the worklist; an ended case has none."""

    ALARM = 0
    NOT_SCREENED = 1
    DESK = 2
    OTHERS = 3


DESK_TURN = frozenset({Stage.SUBMITTED, Stage.IN_TRIAGE, Stage.ACCEPTED})
"""Stages in which the next step is the desk's."""


def rank(stage: Stage, *, alarm: bool, screened: bool, unread: bool = False) -> Rank | None:
    """Where a case stands. An alarm stays on top until a person took the case out of the desk's hands."""
    if stage in ENDED or not actions(stage, Role.COORDINATOR):
        return None
    if stage not in DESK_TURN and not unread:
        return Rank.OTHERS
    if alarm:
        return Rank.ALARM
    return Rank.DESK if screened else Rank.NOT_SCREENED
