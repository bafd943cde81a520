from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from intake.domain.case_number import ALPHABET, case_number, case_number_as_typed, encode, grouped, read

FIVE_BYTES = st.binary(min_size=5, max_size=5)


def test_the_alphabet_has_no_letter_that_looks_like_a_digit() -> None:
    assert len(set(ALPHABET)) == 32
    assert not set("ILOU") & set(ALPHABET)


@pytest.mark.parametrize(
    ("raw", "number"),
    [(bytes(5), "Q-0000-0000"), (b"\xff" * 5, "Q-ZZZZ-ZZZZ"), (b"\x00\x00\x00\x00\x1f", "Q-0000-000Z")],
)
def test_a_case_number_is_forty_bits_in_two_groups(raw: bytes, number: str) -> None:
    assert case_number(raw) == number


@settings(max_examples=100, derandomize=True)
@given(FIVE_BYTES, FIVE_BYTES)
def test_different_bytes_make_different_numbers(one: bytes, other: bytes) -> None:
    assert (case_number(one) == case_number(other)) == (one == other)


def untidily(number: str) -> list[str]:
    """The same number as people type it."""
    return [
        number.lower(),
        f"  {number} ",
        number.replace("-", " "),
        number.replace("-", ""),
        number.removeprefix("Q-"),
        number.replace("0", "O").replace("1", "l"),
        number.replace("1", "I").replace("0", "o"),
        number.replace("-", "\u00a0"),
    ]


@settings(max_examples=100, derandomize=True)
@given(FIVE_BYTES)
@example(b"\xb8\x00\x00\x00\x00")  # Q-Q000-0000: one number in 32 has a Q of its own in front
def test_a_number_is_found_however_it_is_typed(raw: bytes) -> None:
    number = case_number(raw)
    assert [case_number_as_typed(typed) for typed in untidily(number)] == [number] * 8


@settings(max_examples=100, derandomize=True)
@given(st.text(max_size=40))
def test_any_text_is_read_without_an_error(typed: str) -> None:
    assert read(read(typed)) == read(typed)
    assert case_number_as_typed(typed).startswith("Q-")


def test_a_code_is_the_beginning_of_its_bytes() -> None:
    assert encode(b"\xf8" + bytes(9), 16) == "Z" + "0" * 15
    assert grouped("ABCDEFGHJ") == "ABCD-EFGH-J"
