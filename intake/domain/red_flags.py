"""Words that mean danger now. They raise a case and never block it (trust C-1, C-2, C-3).

The vocabulary follows the red list of the WHO/ICRC/MSF Interagency Integrated Triage Tool and trust (g);
the words themselves are in intake/data/red_flags/<language>.toml.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from intake.domain.matching import Matcher, Reading, spellings
from intake.domain.recognition import has_letters_foreign_to_arabic, scripts, scripts_of_language
from intake.domain.scope import Found, Scope, firings, sentence_of, standing
from intake.domain.term_tables import Entry, Role, Table, TableReader, plain_entry, raise_faults, restored_entry
from intake.domain.text import script_of


class Alarm(StrEnum):
    """EMERGENCY: the body, now. CRISIS: suicide or self-harm."""

    EMERGENCY = "emergency"
    CRISIS = "crisis"


@dataclass(frozen=True, slots=True)
class RedFlag:
    """One finding: `code` names the discriminator (chest-pain-now …); the offsets are those of the text as given."""

    code: str
    alarm: Alarm
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Screening:
    """`screened` is False when nobody may rely on the absence of flags: then a person reads first."""

    screened: bool
    flags: tuple[RedFlag, ...] = ()

    @property
    def emergency(self) -> bool:
        return any(flag.alarm is Alarm.EMERGENCY for flag in self.flags)

    @property
    def crisis(self) -> bool:
        return any(flag.alarm is Alarm.CRISIS for flag in self.flags)

    @property
    def raised(self) -> bool:
        return bool(self.flags)


NOT_SCREENED = Screening(screened=False)

_SECTIONS = frozenset({"common", "negation", "past", "now", "flag"})
_FLAG_KEYS = frozenset({"code", "alarm", "words", "all_of", "unless", "always"})
_LONGER_WORD = re.compile(r"\w{2,}")
_STRAY_LETTERS = 1
_KNOWN_SHARE = 0.5
_WITH_MORE_LETTERS_THAN_ARABIC = frozenset({"fa", "ur"})
_SHORT_LETTERS = 60
"""Below this length known words are trusted more than the guess of the language."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One `[[flag]]`. `always`: its phrases are exact, so denial and the past do not bear on them."""

    code: str
    alarm: Alarm
    parts: int
    always: bool


class RedFlagLexicon:
    """All red-flag tables in one matcher, and what a text must be for them to be relied on."""

    def __init__(
        self, languages: Iterable[str], matcher: Matcher[Entry], common: Iterable[str], rules: Mapping[str, Rule]
    ) -> None:
        self.languages = frozenset(languages)
        self.rules = rules
        self._common = frozenset(common)
        self._matcher = matcher
        self._parts = {key: rule.parts for key, rule in rules.items()}

    @classmethod
    def build(cls, tables: Mapping[str, Table]) -> RedFlagLexicon:
        """From parsed tables by language tag. Raises KnowledgeFaulty with every fault."""
        readers = [_RedFlagReader(f"red_flags/{tag}.toml", tag, table) for tag, table in tables.items()]
        rules: dict[str, Rule] = {}
        for reader in readers:
            rules |= reader.read()
        raise_faults(readers)
        known = [entry for reader in readers for entry in reader.entries]
        common = (form for term, entry in known if entry.role is Role.COMMON for form in spellings(term))
        return cls(tables, Matcher(item for item in known if item[1].role is not Role.COMMON), common, rules)

    def saved(self) -> dict[str, Any]:
        return {
            "languages": sorted(self.languages),
            "matcher": self._matcher.saved(plain_entry),
            "common": sorted(self._common),
            "rules": {key: [rule.code, rule.alarm, rule.parts, rule.always] for key, rule in self.rules.items()},
        }

    @classmethod
    def restored(cls, saved: Mapping[str, Any]) -> RedFlagLexicon:
        rules = {key: Rule(code, Alarm(alarm), *rest) for key, (code, alarm, *rest) in saved["rules"].items()}
        matcher = Matcher.restored(saved["matcher"], restored_entry)
        return cls(saved["languages"], matcher, saved["common"], rules)

    def find(self, reading: Reading) -> list[Found]:
        return list(self._matcher.find(reading.folded.text))

    def flags(self, reading: Reading, found: list[Found]) -> tuple[RedFlag, ...]:
        """The first flag of each code, in the order of the text."""
        ends = reading.sentence_ends()
        words = self._standing(reading, found, ends)
        excused = {(m.value.code, sentence_of(reading, ends, m)) for m in found if m.value.role is Role.UNLESS}
        flags: dict[str, RedFlag] = {}
        for firing in sorted(firings(reading, words, self._parts), key=lambda firing: firing.match.start):
            if (firing.code, firing.sentence) not in excused:
                rule = self.rules[firing.code]
                flags.setdefault(rule.code, RedFlag(rule.code, rule.alarm, *reading.words(firing.match)))
        return tuple(flags.values())

    def _standing(self, reading: Reading, found: list[Found], ends: list[int]) -> list[Found]:
        """Words that are neither denied nor long past; a word like `now` in the sentence takes the past back."""
        scope = Scope(reading, found)
        present = {sentence_of(reading, ends, match) for match in found if match.value.role is Role.NOW}

        def refused(match: Found) -> bool:
            past = scope.past(match) and sentence_of(reading, ends, match) not in present
            return past or scope.denied(match)

        words = [match for match in found if match.value.role in (Role.WORD, Role.PART)]
        exact = [match for match in words if self.rules[match.value.code].always]
        return exact + standing((match for match in words if not self.rules[match.value.code].always), refused)

    def can_read(self, reading: Reading, found: list[Found]) -> bool:
        """True when the whole text is in languages that have a table. A doubt is a no: then a person reads first."""
        letters = scripts(reading.original)
        covered = frozenset().union(*map(scripts_of_language, self.languages))
        strange = {script for script, count in letters.items() if script not in covered and count > _STRAY_LETTERS}
        unread = self.languages.isdisjoint(_WITH_MORE_LETTERS_THAN_ARABIC)
        if not letters or strange or (unread and has_letters_foreign_to_arabic(reading.original)):
            return False
        languages = reading.languages
        if letters.most_common(1)[0][0] == "latin" and (not languages or len(reading.original) < _SHORT_LETTERS):
            return self._known_share(reading, found) >= _KNOWN_SHARE or self._are_covered(languages)
        return self._are_covered(languages) or not languages

    def _are_covered(self, languages: tuple[str, ...]) -> bool:
        return bool(languages) and self.languages.issuperset(languages)

    def _known_share(self, reading: Reading, found: list[Found]) -> float:
        """The share of the Latin words that are everyday words of a covered language or part of a red flag."""
        words = [word for word in _LONGER_WORD.finditer(reading.folded.text) if script_of(word[0][0]) == "latin"]
        flagged = {place for match in found for place in range(match.start, match.end)}
        return sum(word[0] in self._common or word.start() in flagged for word in words) / max(1, len(words))


class _RedFlagReader(TableReader):
    __slots__ = ()

    def read(self) -> dict[str, Rule]:
        """Reads every section; gives the rules by a key that is unique over all files."""
        self.check_signature(_SECTIONS)
        self.check_unique(
            "common", self.add("common", self.table.get("common", ()), Entry(Role.COMMON, "", self.language))
        )
        self.read_negation()
        for role in (Role.PAST, Role.NOW):
            self.check_keys(f"{role}.", self.section(role), ("words",))
            self.add(f"{role}.words", self.section(role).get("words", ()), Entry(role, "", self.language))
        return dict(self._read_flag(index, flag) for index, flag in enumerate(self.table.get("flag", ())))

    def _read_flag(self, index: int, flag: Table) -> tuple[str, Rule]:
        code, alarm = str(flag.get("code", "")), str(flag.get("alarm", ""))
        key, rule = f"flag[{index}] {code}", f"{self.language}:{index}"
        self.check_keys(f"{key}.", flag, _FLAG_KEYS)
        if not code or alarm not in set(Alarm):
            self.fault(key, "needs a code and the alarm emergency or crisis")
            alarm = Alarm.EMERGENCY
        parts = self.read_pattern(key, flag, rule)
        return rule, Rule(code, Alarm(alarm), parts, flag.get("always") is True)


def screen(text: str, lexicon: RedFlagLexicon) -> Screening:
    """Looks for danger in a text of any language."""
    reading = Reading.of(text)
    found = lexicon.find(reading)
    return Screening(lexicon.can_read(reading, found), lexicon.flags(reading, found))
