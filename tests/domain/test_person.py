from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.domain.person import CHILD_CONSENT_BELOW_YEARS, GUARDIANS, Relation, age_on

DAYS = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("born", "day", "years"),
    [
        (date(2012, 11, 25), date(2026, 11, 24), 13),
        (date(2012, 11, 24), date(2026, 11, 24), 14),
        (date(2026, 11, 24), date(2026, 11, 24), 0),
        (date(2012, 2, 29), date(2026, 2, 28), 13),
        (date(2012, 2, 29), date(2026, 3, 1), 14),
        (date(2012, 2, 29), date(2028, 2, 29), 16),
        (date(1999, 12, 31), date(2000, 1, 1), 0),
    ],
)
def test_age_is_in_full_years(born: date, day: date, years: int) -> None:
    assert age_on(born, day) == years


@settings(max_examples=100, derandomize=True)
@given(DAYS, DAYS)
def test_a_day_later_nobody_is_younger_and_at_most_one_year_older(born: date, day: date) -> None:
    assert age_on(born, day + timedelta(days=1)) - age_on(born, day) in (0, 1)


@settings(max_examples=50, derandomize=True)
@given(DAYS, st.integers(0, 100))
def test_everybody_grows_older_on_their_birthday(born: date, years: int) -> None:
    if (born.month, born.day) != (2, 29):
        birthday = born.replace(year=born.year + years)
        assert age_on(born, birthday) == years
        assert years == 0 or age_on(born, birthday - timedelta(days=1)) == years - 1


def test_p4_only_parents_and_guardians_consent_for_a_child() -> None:
    assert {Relation.PARENT, Relation.GUARDIAN} == GUARDIANS
    assert CHILD_CONSENT_BELOW_YEARS == 14
