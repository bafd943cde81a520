"""The tables of words in intake/data/lexicon and intake/data/red_flags: their entries, and every fault in them.

A table is parsed TOML. Faults are collected as `file: key: text` and raised together.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from intake.domain.errors import KnowledgeFaulty
from intake.domain.matching import spellings
from intake.domain.text import is_indic_sign, script_of

Table = Mapping[str, Any]

_SIGNATURES = frozenset({"language", "checked_on", "written_by", "native_review"})
_SHORTEST_STEM = {"latin": 3, "cyrillic": 3}


class Role(StrEnum):
    """What a term does in a text."""

    TERM = "term"
    NAME = "name"
    HOSPITAL = "hospital"
    CONTEXT = "context"
    COMMON = "common"
    WORD = "word"
    PART = "part"
    UNLESS = "unless"
    NEGATION_BEFORE = "before"
    NEGATION_AFTER = "after"
    BREAK = "breaks"
    PAST = "past"
    NOW = "now"


@dataclass(frozen=True, slots=True)
class Entry:
    """One meaning of a term. `code` is a department, hospital, context or rule; `part` counts lists of an `all_of`."""

    role: Role
    code: str
    language: str
    weight: float = 0.0
    part: int = 0


def plain_entry(entry: Entry) -> list[Any]:
    return [entry.role, entry.code, entry.language, entry.weight, entry.part]


def restored_entry(plain: Sequence[Any]) -> Entry:
    role, *rest = plain
    return Entry(Role(role), *rest)


Entries = list[tuple[str, Entry]]


@dataclass(slots=True)
class TableReader:
    """Reads one table into entries and keeps its faults."""

    file: str
    language: str
    table: Table
    entries: Entries = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def fault(self, key: str, text: str) -> None:
        self.faults.append(f"{self.file}: {key}: {text}")

    def check_signature(self, sections: Collection[str]) -> None:
        """The language is that of the file, the day is a date, and no section is misspelled."""
        if self.table.get("language") != self.language:
            self.fault("language", f"is not {self.language}")
        if not isinstance(self.table.get("checked_on"), date):
            self.fault("checked_on", "is not a date")
        self.check_keys("", self.table, _SIGNATURES | set(sections))

    def check_keys(self, prefix: str, table: Table, known: Collection[str]) -> None:
        for key in table:
            if key not in known:
                self.fault(f"{prefix}{key}", "unknown key")

    def section(self, key: str) -> Table:
        section = self.table.get(key, {})
        if isinstance(section, Mapping):
            return section
        self.fault(key, "is not a table")
        return {}

    def subsections(self, key: str) -> Iterator[tuple[str, Table]]:
        for code, table in self.section(key).items():
            if isinstance(table, Mapping):
                yield code, table
            else:
                self.fault(f"{key}.{code}", "is not a table")

    def add(self, key: str, raw: object, entry: Entry) -> list[str]:
        """Adds the terms of one list, and gives them."""
        terms = self._terms(key, raw)
        self.entries.extend((term, entry) for term in terms)
        return terms

    def _terms(self, key: str, raw: object) -> list[str]:
        if not isinstance(raw, Sequence) or isinstance(raw, str):
            self.fault(key, "is not a list of terms")
            return []
        return [term for term in raw if self._is_sound(key, term)]

    def _is_sound(self, key: str, term: object) -> bool:
        if not isinstance(term, str) or not any(map(str.isalnum, term)):
            self.fault(key, f"empty term {term!r}")
            return False
        fault = "a star inside" if "*" in term[:-1] else "too short to mean anything" if _too_short(term) else None
        if fault:
            self.fault(key, f"{fault}: {term!r}")
        return fault is None

    def check_unique(self, key: str, terms: Sequence[str]) -> None:
        """No two terms of one meaning are the same after folding."""
        seen: set[tuple[str, bool]] = set()
        for term in terms:
            folded = min(spellings(term), key=len), term.endswith("*")
            if folded in seen:
                self.fault(key, f"duplicate term {term!r}")
            seen.add(folded)

    def read_negation(self) -> None:
        negation = self.section("negation")
        roles = (Role.NEGATION_BEFORE, Role.NEGATION_AFTER, Role.BREAK)
        self.check_keys("negation.", negation, roles)
        for role in roles:
            self.add(f"negation.{role}", negation.get(role, ()), Entry(role, "", self.language))

    def read_pattern(self, key: str, pattern: Table, code: str) -> int:
        """Reads `words`, `all_of` and `unless` of a rule, and gives the number of lists in `all_of`."""
        self.add(f"{key}.words", pattern.get("words", ()), Entry(Role.WORD, code, self.language))
        self.add(f"{key}.unless", pattern.get("unless", ()), Entry(Role.UNLESS, code, self.language))
        parts = pattern.get("all_of", ())
        if not isinstance(parts, Sequence):
            self.fault(f"{key}.all_of", "is not a list of lists")
            parts = ()
        for part, terms in enumerate(parts):
            self.add(f"{key}.all_of", terms, Entry(Role.PART, code, self.language, part=part))
        if not parts and not pattern.get("words"):
            self.fault(key, "has neither words nor all_of")
        return len(parts)


_SURELY_LONG_ENOUGH = 4


def _too_short(term: str) -> bool:
    if len(term) > _SURELY_LONG_ENOUGH and term[:_SURELY_LONG_ENOUGH].isalnum():
        return False
    letters = "".join(character for character in term if character.isalnum() or is_indic_sign(character))
    script = script_of(letters[0])
    shortest = _SHORTEST_STEM.get(script or "", 2) if term.endswith("*") else 2
    return script != "cjk" and len(letters) < shortest


def raise_faults(readers: Sequence[TableReader]) -> None:
    """Raises KnowledgeFaulty with every fault of every table."""
    faults = tuple(fault for reader in readers for fault in reader.faults)
    if faults:
        raise KnowledgeFaulty(faults)
