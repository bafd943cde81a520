"""Folding makes spellings alike and always finds the way back."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.domain.text import fold


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Œdème à l’ŒIL", "oedeme a l'oeil"),
        ("e\u0301paule", "epaule"),
        ("ｃｈｅｓｔ　ｐａｉｎ", "chest pain"),
        ("ch\u200best\u00ad pain", "chest pain"),
        ("chest\n\t  pain", "chest pain"),
        ("X-ray", "x ray"),
        ("أَلَمٌ في الصَّـــدْر", "الم في الصدر"),
        ("مُستشفى كُلْية", "مستشفي كليه"),
        ("٣٤", "34"),
        ("हिन्दी", "हिन्दी"),
        ("한국어", "한국어"),
        ("a\ud800b", "a b"),
    ],
)
def test_spellings_of_one_word_become_alike(written: str, folded: str) -> None:
    assert fold(written).text == folded


@given(st.text(alphabet=st.characters(codec=None), max_size=80))
@settings(max_examples=150)
def test_every_folded_letter_points_at_its_place(text: str) -> None:
    folded = fold(text)
    assert len(folded.starts) == len(folded.text)
    assert list(folded.starts) == sorted(folded.starts)
    assert all(0 <= start < len(text) for start in folded.starts)


@given(st.text(alphabet=st.characters(max_codepoint=127), max_size=80))
@settings(max_examples=150)
def test_plain_letters_fold_the_same_on_the_short_way(text: str) -> None:
    long_way = fold(text + "\u200b")
    assert (fold(text).text, list(fold(text).starts)) == (long_way.text, list(long_way.starts))


def test_t10_a_storm_of_marks_folds_to_its_base_letter() -> None:
    assert fold("a" + "\u0301" * 20_000).text == "a"


def test_t08_a_ligature_that_stands_for_a_sentence_does_not_swell_the_text() -> None:
    assert len(fold("\ufdfa" * 1000).text) <= 4000


def test_folding_takes_time_in_proportion_to_the_text() -> None:
    def seconds(length: int) -> float:
        text, started = "é中\u0301a" * (length // 4), time.perf_counter()
        fold(text)
        return time.perf_counter() - started

    seconds(2_000)
    assert min(seconds(160_000) for _ in range(3)) < 40 * max(seconds(16_000) for _ in range(3))
