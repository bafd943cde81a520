"""The words by which a story shows where it belongs: departments, names, hospitals, context and gates.

The words themselves are in intake/data/lexicon/<language>.toml.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from intake.domain.matching import Match, Matcher, Reading
from intake.domain.scope import Firing, Found, Scope, firings, standing
from intake.domain.term_tables import Entry, Role, Table, TableReader, plain_entry, raise_faults, restored_entry
from intake.domain.text import fold_term

WEIGHTS: Mapping[str, float] = {"strong": 3.0, "plain": 2.0, "weak": 1.0}
NAME_WEIGHT = 4.0
CONTEXTS = frozenset({"child", "newborn", "female", "male", "pregnant", "operation"})
GATES = ("organ_transplant_foreigner", "art_marriage", "medical_transfer")
"""In the order of the law's weight: the first that fires counts."""

FOREIGN_SHARE = 0.5
"""What a word counts in a text of another language: medicine shares many words, but German `ist` is no infection."""

_SECTIONS = frozenset({"departments", "names", "hospitals", "negation", "context", "gates"})
_COUNTED = frozenset({Role.TERM, Role.NAME})
_READ = frozenset({Role.TERM, Role.NAME, Role.HOSPITAL, Role.CONTEXT, Role.WORD, Role.PART, Role.UNLESS})


@dataclass(frozen=True, slots=True)
class Finding:
    """Words of the story that stand for `code`; `text` equals `story[start:end]`."""

    role: Role
    code: str
    language: str
    weight: float
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a story says. `departments` holds terms and names; `context` and `gates` the first finding for each code."""

    departments: tuple[Finding, ...]
    hospitals: tuple[Finding, ...]
    context: Mapping[str, Finding]
    gates: Mapping[str, Finding]


class Lexicon:
    """All tables in one matcher."""

    def __init__(self, matcher: Matcher[Entry], parts: Mapping[str, int]) -> None:
        self._matcher = matcher
        self._parts = parts
        self._languages = frozenset(value.language for value in matcher.values())

    @classmethod
    def build(cls, tables: Mapping[str, Table], *, departments: Collection[str], hospitals: Collection[str]) -> Lexicon:
        """From parsed tables by language tag. Raises KnowledgeFaulty with every fault."""
        readers = [_LexiconReader(f"lexicon/{tag}.toml", tag, table) for tag, table in tables.items()]
        parts: dict[str, int] = {}
        for reader in readers:
            parts |= reader.read(departments, hospitals)
        raise_faults(readers)
        return cls(Matcher(entry for reader in readers for entry in reader.entries), parts)

    def saved(self) -> dict[str, Any]:
        return {"matcher": self._matcher.saved(plain_entry), "parts": self._parts}

    @classmethod
    def restored(cls, saved: Mapping[str, Any]) -> Lexicon:
        return cls(Matcher.restored(saved["matcher"], restored_entry), saved["parts"])

    def departments(self, language: str) -> frozenset[str]:
        """The departments that have words in a language."""
        return frozenset(value.code for value in self._matcher.values() if value.language == language and value.weight)

    def read(self, text: str) -> Evidence:
        """Everything that the story says, denied words left out."""
        reading = Reading.of(text)
        matches = list(self._matcher.find(reading.folded.text))
        scope = Scope(reading, matches)
        said = standing((match for match in matches if match.value.role in _READ), scope.denied)
        spoken = reading.spoken & self._languages
        own = [match for match in said if not spoken or match.value.language in spoken]
        return Evidence(
            departments=tuple(_finding(reading, match, spoken) for match in _longest(said)),
            hospitals=tuple(_finding(reading, match) for match in said if match.value.role is Role.HOSPITAL),
            context=_first_by_code(_finding(reading, match) for match in own if match.value.role is Role.CONTEXT),
            gates=_gates(reading, said, self._parts),
        )

    def term_of(self, words: str) -> str | None:
        """The folded term under which `words` of a story were found; None when they are none of ours."""
        return self._matcher.term_of(fold_term(words))


class _LexiconReader(TableReader):
    __slots__ = ()

    def read(self, departments: Collection[str], hospitals: Collection[str]) -> dict[str, int]:
        """Reads every section; gives the number of `all_of` lists of each gate rule."""
        self.check_signature(_SECTIONS)
        self._read_departments(departments)
        self._read_lists("names", Role.NAME, departments, NAME_WEIGHT)
        self._read_lists("hospitals", Role.HOSPITAL, hospitals)
        self._read_lists("context", Role.CONTEXT, CONTEXTS)
        self.read_negation()
        return self._read_gates()

    def _read_departments(self, departments: Collection[str]) -> None:
        self.check_keys("departments.", self.section("departments"), departments)
        for code, lists in self.subsections("departments"):
            key = f"departments.{code}"
            self.check_keys(f"{key}.", lists, WEIGHTS)
            terms = []
            for name, weight in WEIGHTS.items():
                terms += self.add(f"{key}.{name}", lists.get(name, ()), Entry(Role.TERM, code, self.language, weight))
            self.check_unique(key, terms)

    def _read_lists(self, section: str, role: Role, codes: Collection[str], weight: float = 0.0) -> None:
        lists = self.section(section)
        self.check_keys(f"{section}.", lists, codes)
        for code, terms in lists.items():
            self.check_unique(
                f"{section}.{code}", self.add(f"{section}.{code}", terms, Entry(role, code, self.language, weight))
            )

    def _read_gates(self) -> dict[str, int]:
        self.check_keys("gates.", self.section("gates"), GATES)
        parts = {}
        for gate, pattern in self.subsections("gates"):
            key = f"gates.{gate}"
            self.check_keys(f"{key}.", pattern, ("words", "all_of", "unless"))
            rule = f"{gate}:{self.language}"
            parts[rule] = self.read_pattern(key, pattern, rule)
        return parts


def _finding(reading: Reading, match: Found, spoken: frozenset[str] = frozenset()) -> Finding:
    entry = match.value
    share = FOREIGN_SHARE if spoken and entry.language not in spoken else 1.0
    return Finding(entry.role, entry.code, entry.language, entry.weight * share, *reading.words(match))


def _longest(matches: Iterable[Found]) -> list[Found]:
    """Terms and names that do not lie inside a longer one: `spinal cord tumour` is not also a `tumour`."""
    ordered = sorted((m for m in matches if m.value.role in _COUNTED), key=lambda m: (m.start, -m.end))
    kept: list[Match[Entry]] = []
    for match in ordered:
        widest = kept[-1] if kept else None
        inside = (
            widest is not None and widest.contains(match) and (widest.start, widest.end) != (match.start, match.end)
        )
        if not inside:
            kept.append(match)
    return kept


def _first_by_code(findings: Iterable[Finding]) -> dict[str, Finding]:
    first: dict[str, Finding] = {}
    for finding in findings:
        first.setdefault(finding.code, finding)
    return first


def _gates(reading: Reading, said: list[Found], parts: Mapping[str, int]) -> dict[str, Finding]:
    """Gates that fire. An `unless` anywhere takes back what was only put together from parts."""
    excused = {_gate(match.value.code) for match in said if match.value.role is Role.UNLESS}
    found = (f for f in firings(reading, said, parts) if f.exact or _gate(f.code) not in excused)
    fired = {
        _gate(firing.code): _gate_finding(reading, firing) for firing in sorted(found, key=lambda f: -f.match.start)
    }
    return {gate: fired[gate] for gate in GATES if gate in fired}


def _gate_finding(reading: Reading, firing: Firing) -> Finding:
    entry = firing.match.value
    return Finding(entry.role, _gate(firing.code), entry.language, 0.0, *reading.words(firing.match))


def _gate(rule: str) -> str:
    return rule.partition(":")[0]
