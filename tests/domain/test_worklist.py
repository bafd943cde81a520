from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.domain.lifecycle import ENDED, Stage
from intake.domain.worklist import Rank, rank

STAGES, YES_OR_NO = st.sampled_from(Stage), st.booleans()


@pytest.mark.parametrize(
    ("stage", "alarm", "screened", "unread", "expected"),
    [
        (Stage.SUBMITTED, True, True, False, Rank.ALARM),
        (Stage.SUBMITTED, True, False, False, Rank.ALARM),
        (Stage.SUBMITTED, False, False, False, Rank.NOT_SCREENED),
        (Stage.SUBMITTED, False, True, False, Rank.DESK),
        (Stage.AWAITING_PATIENT, True, True, False, Rank.OTHERS),
        (Stage.AWAITING_PATIENT, True, True, True, Rank.ALARM),
        (Stage.REFERRED, False, True, True, Rank.DESK),
        (Stage.REFERRED, False, True, False, Rank.OTHERS),
        (Stage.WITHDRAWN, True, False, True, None),
        (Stage.DRAFT, True, True, True, None),
    ],
)
def test_where_a_case_stands(stage: Stage, alarm: bool, screened: bool, unread: bool, expected: Rank | None) -> None:
    assert rank(stage, alarm=alarm, screened=screened, unread=unread) == expected


@settings(max_examples=200, derandomize=True)
@given(STAGES, YES_OR_NO, YES_OR_NO, YES_OR_NO)
def test_danger_and_doubt_never_push_a_case_down(stage: Stage, alarm: bool, screened: bool, unread: bool) -> None:
    here = rank(stage, alarm=alarm, screened=screened, unread=unread)
    if here is None:
        return
    for raised in (
        rank(stage, alarm=True, screened=screened, unread=unread),
        rank(stage, alarm=alarm, screened=False, unread=unread),
        rank(stage, alarm=alarm, screened=screened, unread=True),
    ):
        assert raised is not None
        assert raised <= here


@pytest.mark.parametrize("stage", sorted(ENDED))
def test_an_ended_case_is_on_no_list(stage: Stage) -> None:
    assert rank(stage, alarm=True, screened=False, unread=True) is None
