"""Terms, their boundaries, denial and faults of the tables."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intake.domain.errors import KnowledgeFaulty
from intake.domain.knowledge import Knowledge
from intake.domain.lexicon import Evidence, Lexicon

DEPARTMENTS = ("ent", "medical-oncology", "spinal-cord-neurosurgery", "cardiology")
ENGLISH: dict[str, Any] = {
    "language": "en",
    "checked_on": date(2026, 11, 24),
    "departments": {
        "ent": {"strong": ["tonsil*", "can't smell"], "weak": ["ear"]},
        "medical-oncology": {"plain": ["tumour"]},
        "spinal-cord-neurosurgery": {"strong": ["spinal cord tumour"]},
    },
    "negation": {"before": ["no", "without"], "after": ["was ruled out"], "breaks": ["but"]},
    "context": {"child": ["my son"], "pregnant": ["pregnant"]},
    "gates": {
        "organ_transplant_foreigner": {
            "words": ["buy a kidney"],
            "all_of": [["kidney", "liver"], ["transplant*"]],
            "unless": ["had a liver transplant"],
        }
    },
}
ARABIC: dict[str, Any] = {
    "language": "ar",
    "checked_on": date(2026, 11, 24),
    "departments": {"cardiology": {"strong": ["قلب"], "plain": ["معد*"]}},
}
CHINESE: dict[str, Any] = {
    "language": "zh-Hans",
    "checked_on": date(2026, 11, 24),
    "departments": {"cardiology": {"strong": ["心脏"]}},
    "negation": {"before": ["没有"]},
}


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    tables = {"en": ENGLISH, "ar": ARABIC, "zh-Hans": CHINESE}
    return Lexicon.build(tables, departments=DEPARTMENTS, hospitals=("sahzu",))


def codes(evidence: Evidence) -> list[str]:
    return [finding.code for finding in evidence.departments]


def faults(**changes: Any) -> tuple[str, ...]:
    with pytest.raises(KnowledgeFaulty) as caught:
        Lexicon.build({"en": {**ENGLISH, **changes}}, departments=DEPARTMENTS, hospitals=("sahzu",))
    return caught.value.faults


@pytest.mark.parametrize(
    "text", ["Tonsils", "TONSILLECTOMY", "ｔｏｎｓｉｌｓ", "ton\u200bsils", "cant smell", "can’t smell"]
)
def test_a_term_is_found_in_every_spelling(lexicon: Lexicon, text: str) -> None:
    assert codes(lexicon.read(text)) == ["ent"]


@pytest.mark.parametrize("text", ["fear of heart", "early", "antonsil", "bearded"])
def test_a_term_inside_another_word_is_not_found(lexicon: Lexicon, text: str) -> None:
    assert codes(lexicon.read(text)) == []


@pytest.mark.parametrize("text", ["قلب", "القلب", "والقلب", "بالقلب", "للقلب", "مرض في قَلْبِ", "وبالقلب", "معدتي"])
def test_an_arabic_word_may_carry_its_prefixes(lexicon: Lexicon, text: str) -> None:
    assert codes(lexicon.read(text)) == ["cardiology"]


@pytest.mark.parametrize("text", ["انقلب", "تقلب"])
def test_an_arabic_word_that_only_ends_alike_is_another_word(lexicon: Lexicon, text: str) -> None:
    assert codes(lexicon.read(text)) == []


def test_a_han_term_needs_no_boundary(lexicon: Lexicon) -> None:
    assert codes(lexicon.read("我有心脏病")) == ["cardiology"]
    assert codes(lexicon.read("没有心脏病")) == []


def test_the_longest_term_counts_alone(lexicon: Lexicon) -> None:
    assert codes(lexicon.read("a spinal cord tumour")) == ["spinal-cord-neurosurgery"]


@pytest.mark.parametrize("text", ["no tumour", "without any tumour", "a tumour was ruled out"])
def test_a_denied_term_does_not_count(lexicon: Lexicon, text: str) -> None:
    assert codes(lexicon.read(text)) == []


@pytest.mark.parametrize(
    "text", ["no fever, tumour", "no fever but tumour", "no more than four words before the tumour"]
)
def test_denial_ends_with_the_clause(lexicon: Lexicon, text: str) -> None:
    assert codes(lexicon.read(text)) == ["medical-oncology"]


@pytest.mark.parametrize(
    ("text", "fires"),
    [
        ("I want to buy a kidney", True),
        ("liver failure, asks for a transplant", True),
        ("liver failure. My cousin got a transplant", False),
        ("had a liver transplant in 2019", False),
        ("had a liver transplant and wants to buy a kidney", True),
        ("kidney stones", False),
    ],
)
def test_a_gate_fires_on_words_and_spares_the_follow_up(lexicon: Lexicon, text: str, fires: bool) -> None:
    assert ("organ_transplant_foreigner" in lexicon.read(text).gates) is fires


def test_denied_context_is_no_context(lexicon: Lexicon) -> None:
    assert "pregnant" in lexicon.read("I am pregnant").context
    assert "pregnant" not in lexicon.read("no pregnant woman").context


@given(st.text(alphabet=st.sampled_from("tonsil ear.,é\u0301قلب心脏ｅ\u200b\ud800\ufdfa"), max_size=120))
@settings(max_examples=150)
def test_findings_point_at_the_words_they_name(text: str) -> None:
    evidence = PROPERTY.read(text)
    for finding in (*evidence.departments, *evidence.context.values(), *evidence.gates.values()):
        assert text[finding.start : finding.end] == finding.text != ""


PROPERTY = Lexicon.build({"en": ENGLISH, "ar": ARABIC, "zh-Hans": CHINESE}, departments=DEPARTMENTS, hospitals=())


def test_all_faults_are_told_at_once() -> None:
    found = faults(
        language="fr",
        checked_on="yesterday",
        departments={"heart": {}, "ent": {"strong": ["tonsil", "Tonsil", " ", "to*", "ton*sil", 7], "strange": []}},
        hospitals={"xyz": ["x hospital"]},
        context={"child": "my son"},
        gates={"art_marriage": {}},
        extra={},
    )
    told = "\n".join(found)
    for part in (
        "language: is not en",
        "checked_on: is not a date",
        "extra: unknown key",
        "departments.heart: unknown key",
        "departments.ent.strange: unknown key",
        "duplicate term 'Tonsil'",
        "empty term ' '",
        "empty term 7",
        "too short to mean anything: 'to*'",
        "a star inside: 'ton*sil'",
        "hospitals.xyz: unknown key",
        "context.child: is not a list of terms",
        "gates.art_marriage: has neither words nor all_of",
    ):
        assert part in told
    assert all(fault.startswith("lexicon/en.toml: ") for fault in found)


def test_every_department_but_the_emergency_has_words_of_its_own(knowledge: Knowledge) -> None:
    """`emergency` is reached by red flags alone."""
    named = knowledge.lexicon.departments("en") | knowledge.lexicon.departments("fr")
    assert named == knowledge.network.departments.keys() - {"emergency"}


@pytest.mark.parametrize(
    ("words", "term"),
    [
        ("TONSILS", "tonsils"),
        ("kidney-  stone", "kidney stone*"),
        ("gallstonesofmine", "gallstone*"),
        ("twitebird", None),
        ("", None),
    ],
)
def test_words_of_a_story_lead_back_to_the_term_alone(knowledge: Knowledge, words: str, term: str | None) -> None:
    """What follows a stem is the patient's own and is not repeated."""
    assert knowledge.lexicon.term_of(words) == term
