"""Loads everything in intake/data and checks it: all faults at once, or frozen values.

Start-up, `flask check-data` and the tests use the same reading. docs/knowledge.md says where each fact lives.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from intake.domain.errors import KnowledgeFaulty
from intake.domain.knowledge import Knowledge
from intake.domain.languages import BY_TAG
from intake.domain.lexicon import Lexicon
from intake.domain.network import Network
from intake.domain.red_flags import RedFlagLexicon
from intake.gateways.knowledge.compiled import read_through
from intake.gateways.knowledge.countries import read_countries, read_emergency_numbers
from intake.gateways.knowledge.network import SOURCES_FILE, read_network, read_sources
from intake.gateways.knowledge.reading import Ledger
from intake.gateways.knowledge.safety import check_gate_texts, read_safety_texts

__all__ = ["due_for_review", "find_faults", "load_knowledge"]

REVIEW_AFTER = timedelta(days=180)


def load_knowledge(folder: Path) -> Knowledge:
    """Raises: KnowledgeFaulty with every fault as `file: key: text`."""
    ledger = Ledger()
    read_sources(folder, ledger)
    network = read_network(folder, ledger)
    countries = read_countries(folder, ledger)
    numbers = read_emergency_numbers(folder, countries, ledger)
    texts = read_safety_texts(folder, ledger)
    check_gate_texts(network.gates, texts, ledger)
    _check_unused_sources(ledger)
    _check_interface_languages(folder, ledger)
    lexicon = read_through(folder, "lexicon", Lexicon.restored, lambda: _read_lexicon(folder, network, ledger))
    red_flags = read_through(folder, "red_flags", RedFlagLexicon.restored, lambda: _read_red_flags(folder, ledger))
    if ledger.faults or lexicon is None or red_flags is None:
        raise KnowledgeFaulty(tuple(ledger.faults))
    return Knowledge(network, countries, numbers, texts, lexicon, red_flags)


def find_faults(folder: Path) -> list[str]:
    try:
        load_knowledge(folder)
    except KnowledgeFaulty as error:
        return list(error.faults)
    return []


def due_for_review(knowledge: Knowledge, today: date) -> list[str]:
    """`file: key: text` for everything that nobody has held against its sources for half a year."""
    return [
        f"{place}: checked on {checked_on}, review is due"
        for place, checked_on in _checked(knowledge)
        if checked_on + REVIEW_AFTER < today
    ]


def _checked(knowledge: Knowledge) -> Iterator[tuple[str, date]]:
    for hospital in knowledge.network.hospitals.values():
        yield f"network.toml: hospitals.{hospital.code}", hospital.checked_on
    for department in knowledge.network.departments.values():
        yield f"departments.toml: departments.{department.code}", department.checked_on
    for number in knowledge.emergency_numbers.values():
        yield f"emergency_numbers.csv: {number.country}", number.checked_on
    for text in knowledge.safety_texts.values():
        yield f"safety_texts.toml: texts.{text.code}", text.checked_on


def _check_unused_sources(ledger: Ledger) -> None:
    for key in sorted(ledger.sources.keys() - ledger.used):
        ledger.fault(f"{SOURCES_FILE}: sources.{key}", "nothing rests on it")


def _read_lexicon(folder: Path, network: Network, ledger: Ledger) -> Lexicon | None:
    tables = _tables_by_language(folder, "lexicon", ledger)
    try:
        return Lexicon.build(tables, departments=network.departments, hospitals=network.hospitals)
    except KnowledgeFaulty as error:
        ledger.faults.extend(error.faults)
        return None


def _read_red_flags(folder: Path, ledger: Ledger) -> RedFlagLexicon | None:
    try:
        return RedFlagLexicon.build(_tables_by_language(folder, "red_flags", ledger))
    except KnowledgeFaulty as error:
        ledger.faults.extend(error.faults)
        return None


def _tables_by_language(folder: Path, name: str, ledger: Ledger) -> dict[str, dict[str, Any]]:
    """Language tag → parsed table."""
    tables = {}
    for path in sorted((folder / name).glob("*.toml")):
        try:
            tables[path.stem] = tomllib.loads(path.read_text(encoding="utf-8"))
        except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            ledger.fault(f"{name}/{path.name}", f"cannot be read: {error}")
    return tables


def _check_interface_languages(folder: Path, ledger: Ledger) -> None:
    for name in ("lexicon", "red_flags"):
        for tag in BY_TAG.keys() - {path.stem for path in (folder / name).glob("*.toml")}:
            ledger.fault(f"{name}/{tag}.toml", "is missing: it is a language of the interface")
