"""The two tables of the life-cycle: what they promise, whatever rows are added."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.domain.errors import ActionNotAllowed
from intake.domain.lifecycle import (
    ENDED,
    MAIL_STEPS,
    STEPS,
    MailState,
    Role,
    Stage,
    actions,
    decisions,
    mail_states_before,
    mail_target,
    target,
)

FINAL_MAIL_STATES = {MailState.DELIVERED, MailState.CANCELLED}


def reached(start: str, steps: Sequence[tuple[str, str]]) -> set[str]:
    found = {start}
    while fresh := {end for begin, end in steps if begin in found} - found:
        found |= fresh
    return found


def test_every_stage_is_reachable_from_a_draft() -> None:
    assert reached(Stage.DRAFT, [(step.stage, step.target) for step in STEPS]) == set(Stage)


def test_every_open_stage_has_a_way_to_an_end() -> None:
    backwards = [(step.target, step.stage) for step in STEPS]
    assert set().union(*(reached(end, backwards) for end in ENDED)) == set(Stage)


def test_no_action_is_written_twice() -> None:
    keys = [(step.stage, step.action, step.role) for step in STEPS]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("stage", "action", "role", "after"),
    [
        (Stage.DRAFT, "submit", Role.PATIENT, Stage.SUBMITTED),
        (Stage.IN_TRIAGE, "refer", Role.COORDINATOR, Stage.REFERRED),
        (Stage.IN_TRIAGE, "ask-patient", Role.COORDINATOR, Stage.AWAITING_PATIENT),
        (Stage.AWAITING_PATIENT, "answer", Role.PATIENT, Stage.IN_TRIAGE),
        (Stage.REFERRED, "record-acceptance", Role.COORDINATOR, Stage.ACCEPTED),
        (Stage.REFERRED, "record-decline", Role.COORDINATOR, Stage.IN_TRIAGE),
        (Stage.SCHEDULED, "record-no-show", Role.COORDINATOR, Stage.ARRANGING_TRAVEL),
    ],
)
def test_the_way_of_a_request(stage: Stage, action: str, role: Role, after: Stage) -> None:
    assert target(stage, action, role) is after


@pytest.mark.parametrize("stage", sorted(ENDED))
def test_an_ended_case_offers_nothing_to_anybody(stage: Stage) -> None:
    assert [actions(stage, role) for role in Role] == [()] * len(Role)


def test_a_patient_may_withdraw_until_the_treatment_is_over() -> None:
    open_stages = set(Stage) - ENDED - {Stage.DRAFT, Stage.FOLLOW_UP}
    assert {stage for stage in Stage if "withdraw" in actions(stage, Role.PATIENT)} == open_stages


def test_a_new_case_may_be_decided_at_once() -> None:
    assert decisions(Stage.SUBMITTED, Role.COORDINATOR) == actions(Stage.IN_TRIAGE, Role.COORDINATOR)
    assert decisions(Stage.SUBMITTED, Role.PATIENT) == ("withdraw",)


@settings(max_examples=200, derandomize=True)
@given(st.sampled_from(Stage), st.sampled_from(sorted({step.action for step in STEPS})), st.sampled_from(Role))
def test_a_button_stands_exactly_where_the_action_is_allowed(stage: Stage, action: str, role: Role) -> None:
    if action in actions(stage, role):
        assert target(stage, action, role) in Stage
    else:
        with pytest.raises(ActionNotAllowed):
            target(stage, action, role)


@settings(max_examples=50, derandomize=True)
@given(st.data())
def test_any_walk_of_allowed_actions_stays_in_the_table_and_rests_only_at_an_end(data: st.DataObject) -> None:
    stage = Stage.DRAFT
    for _ in range(30):
        possible = [(action, role) for role in Role for action in actions(stage, role)]
        assert bool(possible) == (stage not in ENDED)
        if not possible:
            return
        stage = target(stage, *data.draw(st.sampled_from(possible)))
        assert stage is not Stage.DRAFT, "nothing becomes a draft again"


def test_every_mail_state_is_reachable_and_only_two_are_final() -> None:
    assert reached(MailState.READY, [(step.state, step.target) for step in MAIL_STEPS]) == set(MailState)
    assert set(MailState) - {step.state for step in MAIL_STEPS} == FINAL_MAIL_STATES


def test_i07_a_mail_that_may_be_at_the_relay_is_never_sent_again_by_itself() -> None:
    by_itself = [(step.state, step.target) for step in MAIL_STEPS if step.event not in ("release", "not-at-relay")]
    by_itself = [(begin, end) for begin, end in by_itself if (begin, end) != (MailState.IN_DATA, "temporary_failure")]
    assert MailState.READY not in reached(MailState.IN_DATA, by_itself)
    assert MailState.CLAIMED not in reached(MailState.UNDECIDED, by_itself)


def test_only_a_mail_that_waits_can_be_claimed() -> None:
    assert set(mail_states_before("claim")) == {MailState.READY, MailState.TEMPORARY_FAILURE}


def test_a_crash_before_the_data_is_harmless_and_after_it_nobody_knows() -> None:
    assert mail_target(MailState.CLAIMED, "lease-ended") is MailState.READY
    assert mail_target(MailState.IN_DATA, "lease-ended") is MailState.UNDECIDED
    with pytest.raises(ActionNotAllowed):
        mail_target(MailState.SENT, "claim")
