from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.domain.contact_points import COMMON_DOMAINS, likely_address


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ann@gmial.com", "ann@gmail.com"),
        ("ann@gmail.con", "ann@gmail.com"),
        ("Yacine.B@Hotmial.fr", "Yacine.B@hotmail.fr"),
        ("ann@outlok.com", "ann@outlook.com"),
        ("ann@yaho.fr", "ann@yahoo.fr"),
    ],
)
def test_a_slip_of_the_finger_is_noticed(typed: str, meant: str) -> None:
    assert likely_address(typed) == meant


@pytest.mark.parametrize(
    "address", ["ann@zju.edu.cn", "ann@example.org", "ann@chu-alger.dz", "ann@医院.中国", "ann@nus.edu.sg"]
)
def test_an_address_of_its_own_kind_is_left_alone(address: str) -> None:
    assert likely_address(address) is None


@pytest.mark.parametrize("domain", COMMON_DOMAINS)
def test_a_common_domain_is_right_as_it_is(domain: str) -> None:
    assert likely_address(f"ann@{domain}") is None
    assert likely_address(f"ann@{domain.upper()}") is None


@settings(max_examples=100, derandomize=True)
@given(st.text(max_size=30))
def test_a_hint_keeps_the_name_and_is_right_itself(typed: str) -> None:
    hint = likely_address(typed)
    if hint is not None:
        assert hint.rpartition("@")[0] == typed.rpartition("@")[0]
        assert likely_address(hint) is None
