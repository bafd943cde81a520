"""The knowledge in intake/data, and the reading that finds every fault in it."""

from __future__ import annotations

import hashlib
import json
import shutil
import tomllib
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest

from intake.domain.errors import KnowledgeFaulty
from intake.domain.knowledge import Knowledge
from intake.domain.languages import BY_TAG
from intake.domain.network import Routable
from intake.gateways.knowledge import due_for_review, find_faults, load_knowledge
from intake.gateways.knowledge.network import read_sources
from intake.gateways.knowledge.reading import DATA_LANGUAGES, Ledger
from intake.gateways.knowledge.safety import PLACEHOLDERS, read_safety_texts

ROOT = Path(__file__).parents[2]
DATA = ROOT / "intake" / "data"
CASES = ROOT / "tests" / "cases" / "knowledge_faults.toml"
SNAPSHOT = ROOT / "tests" / "snapshots" / "safety_texts.json"

WORD_LISTS = ("lexicon", "red_flags")

Case = Mapping[str, str]
Plant = Callable[[Case], None]


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge(DATA)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the real data, free to be spoilt; without the word lists, whose reading takes most of the time."""
    return Path(shutil.copytree(DATA, tmp_path / "data", ignore=shutil.ignore_patterns(*WORD_LISTS)))


@pytest.fixture
def plant(folder: Path) -> Plant:
    """Spoils one file of the copy; the passage that is replaced must be there."""

    def replace(case: Case) -> None:
        file = folder / case["file"]
        text = file.read_text(encoding="utf-8")
        assert case["old"] in text, f"{file.name} no longer has {case['old']!r}: plant the fault elsewhere"
        file.write_text(text.replace(case["old"], case["new"], 1), encoding="utf-8")

    return replace


def test_the_real_data_has_no_faults() -> None:
    assert find_faults(DATA) == []


def test_the_network_has_22_hospitals_and_66_departments(knowledge: Knowledge) -> None:
    hospitals = knowledge.network.hospitals.values()
    assert len(hospitals) == 22
    assert len(knowledge.network.departments) == 66
    assert sum(hospital.routable is Routable.AUTOMATIC for hospital in hospitals) == 7


def test_every_language_of_the_interface_is_a_language_of_the_data() -> None:
    assert set(BY_TAG) <= set(DATA_LANGUAGES)


def test_every_department_is_named_and_described_in_every_language(knowledge: Knowledge) -> None:
    for department in knowledge.network.departments.values():
        assert set(department.names) == set(department.descriptions) == set(DATA_LANGUAGES), department.code


def test_no_two_departments_share_a_name_in_any_language(knowledge: Knowledge) -> None:
    for tag in DATA_LANGUAGES:
        names = [department.names[tag] for department in knowledge.network.departments.values()]
        assert len(set(names)) == len(names), tag


def test_the_two_patients_of_the_founding_article_have_their_routes(knowledge: Knowledge) -> None:
    departments = knowledge.network.departments
    assert [route.hospital for route in departments["ped-ent"].primary] == ["children"]
    assert [route.hospital for route in departments["spinal-cord-neurosurgery"].primary] == ["zju4h"]


def test_unknown_contacts_stay_unknown(knowledge: Knowledge) -> None:
    desks = [hospital.desk for hospital in knowledge.network.hospitals.values() if hospital.desk]
    assert desks
    assert all((desk.phone, desk.email, desk.hours) == (None, None, None) for desk in desks)


def test_a_guessed_chinese_name_is_not_shown(knowledge: Knowledge) -> None:
    assert "zh-Hans" not in knowledge.network.hospitals["huzhou"].names


@pytest.mark.parametrize(
    ("country", "number"),
    [("CHN", "120"), ("SGP", "995"), ("DZA", "14"), ("FRA", "112"), ("USA", "911"), ("LKA", None)],
)
def test_the_ambulance_number_of_a_country(knowledge: Knowledge, country: str, number: str | None) -> None:
    assert knowledge.ambulance(country) == number


def test_emergency_texts_need_no_other_words_than_country_and_number(knowledge: Knowledge) -> None:
    for code in ("emergency-advice", "crisis-advice"):
        for text in knowledge.safety_texts[code].texts.values():
            shown = text % {"country": "Algeria", "local_number": "14"}
            assert "14" in shown
            assert "120" in shown


def test_every_text_waits_for_a_named_person_to_release_it(knowledge: Knowledge) -> None:
    """Renew deliberately: the list shrinks by the code of each text that somebody released."""
    assert {text.code for text in knowledge.unreleased_texts()} == set(PLACEHOLDERS)


def test_the_words_of_emergency_and_crisis_texts_are_frozen() -> None:
    """A text of safety changes only on purpose.

    To renew: raise `version` in safety_texts.toml, take out approved_by and approved_on, let a second person read every
    language, then copy the hashes that this test reports into tests/snapshots/safety_texts.json in the same commit.
    """
    ledger = Ledger()
    read_sources(DATA, ledger)
    frozen = {
        code: {"version": text.version} | {tag: _hash(words) for tag, words in text.texts.items()}
        for code, text in read_safety_texts(DATA, ledger).items()
        if code.startswith(("emergency-", "crisis-"))
    }
    assert json.loads(SNAPSHOT.read_text(encoding="utf-8")) == frozen


FAULTS = {case["kind"]: case for case in tomllib.loads(CASES.read_text(encoding="utf-8"))["faults"]}


@pytest.mark.parametrize("kind", FAULTS)
def test_a_planted_fault_is_found(kind: str, folder: Path, plant: Plant) -> None:
    case = FAULTS[kind]
    plant(case)
    assert case["expected"] in find_faults(folder)


def test_all_faults_are_reported_at_once(folder: Path, plant: Plant) -> None:
    kinds = ("a missing key", "a fallback to no department", "half a release", "a day that does not exist")
    cases = [FAULTS[kind] for kind in kinds]
    for case in cases:
        plant(case)
    with pytest.raises(KnowledgeFaulty) as raised:
        load_knowledge(folder)
    faults = [fault for fault in raised.value.faults if not fault.startswith(WORD_LISTS)]
    assert sorted(faults) == sorted(case["expected"] for case in cases)


def test_a_file_that_cannot_be_read_is_a_fault_like_any_other(folder: Path) -> None:
    (folder / "network.toml").write_text("checked_on = 2026-13-45", encoding="utf-8")
    (folder / "countries.csv").unlink()
    faults = find_faults(folder)
    assert any(fault.startswith("network.toml: cannot be read") for fault in faults)
    assert any(fault.startswith("countries.csv: cannot be read") for fault in faults)


@pytest.mark.parametrize("room", WORD_LISTS)
def test_a_language_of_the_interface_without_its_words_is_a_fault(folder: Path, room: str) -> None:
    shutil.copytree(DATA / room, folder / room, ignore=shutil.ignore_patterns("ar.toml"))
    faults = [fault for fault in find_faults(folder) if fault.startswith(room)]
    assert faults == [f"{room}/ar.toml: is missing: it is a language of the interface"]


def test_knowledge_is_due_for_review_after_half_a_year(knowledge: Knowledge) -> None:
    assert due_for_review(knowledge, date(2026, 11, 25)) == []
    late = due_for_review(knowledge, date(2027, 5, 21))
    assert "network.toml: hospitals.fahzu: checked on 2026-11-21, review is due" in late
    assert not any(line.startswith("safety_texts.toml") for line in late)


def _hash(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()
