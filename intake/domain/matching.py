"""Finding many terms in one pass over a folded text.

A term is a word, a phrase, or (with a trailing `*`) the beginning of a word. Scripts that write words apart are matched
at word boundaries, the others anywhere; Arabic words may carry their attached prefixes.
"""

from __future__ import annotations

import base64
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar

import marisa_trie

from intake.domain.recognition import recognise, tables_for
from intake.domain.text import Folded, fold, fold_term, is_indic_sign, script_of

Value = TypeVar("Value")

_UNSPACED = frozenset({"cjk", "hiragana", "katakana", "hangul", "thai", "lao", "khmer", "myanmar"})
"""Written without spaces, or (Korean) by patients often so, with endings that cling to every word."""

_ARABIC_PREFIX = re.compile(r"[وف]?(?:ال|لل|[بكل](?:ال)?)?")
_LONGEST_PREFIX = 4
_MOST_REPEATS = 200
"""A text that says one word more often says nothing new, and must not cost more than its length."""

_CLAUSE_END = re.compile(r"[,;:!?()\n\r。，；：！？、（）،؛؟…।॥۔]|\.(?!\d)")
_SENTENCE_END = re.compile(r"[!?。！？؟…।॥۔]|\.(?!\d)|\n\s*\n")


@dataclass(frozen=True, slots=True)
class Match(Generic[Value]):
    """A half-open span of the folded text, and what stands for it."""

    start: int
    end: int
    value: Value

    def contains(self, other: Match[Value]) -> bool:
        return self.start <= other.start and other.end <= self.end


class Matcher(Generic[Value]):
    """All terms of all languages in one trie, built once: about five bytes a term, and a scan linear in the text."""

    def __init__(self, terms: Iterable[tuple[str, Value]]) -> None:
        whole: dict[str, list[Value]] = defaultdict(list)
        stems: dict[str, list[Value]] = defaultdict(list)
        for term, value in terms:
            for spelling in spellings(term):
                (stems if term.endswith("*") else whole)[spelling].append(value)
        spelled = whole.keys() | stems.keys()
        self._trie = marisa_trie.Trie(spelled)
        self._longest = max(map(len, spelled), default=0)
        self._beginnings = frozenset(spelling[:2] for spelling in spelled)
        # Many terms mean the same (one list of one department): their meanings are kept once.
        kept: dict[Meanings[Value], Meanings[Value]] = {}
        self._meanings: list[Meanings[Value]] = [((), ())] * len(spelled)
        for spelling in spelled:
            meanings = tuple(whole.get(spelling, ())), tuple(stems.get(spelling, ()))
            self._meanings[self._trie.key_id(spelling)] = kept.setdefault(meanings, meanings)

    def saved(self, plain: Callable[[Value], list[Any]]) -> dict[str, Any]:
        """The trie and its meanings as JSON; `plain` makes a list of a value."""
        values = {value: number for number, value in enumerate(self.values())}
        kinds = {meanings: number for number, meanings in enumerate(dict.fromkeys(self._meanings))}
        return {
            "trie": base64.b64encode(self._trie.tobytes()).decode(),
            "values": list(map(plain, values)),
            "kinds": [[[values[value] for value in side] for side in meanings] for meanings in kinds],
            "meanings": [kinds[meanings] for meanings in self._meanings],
            "beginnings": sorted(self._beginnings),
            "longest": self._longest,
        }

    @classmethod
    def restored(cls, saved: Mapping[str, Any], value: Callable[[list[Any]], Value]) -> Matcher[Value]:
        """The inverse of `saved`."""
        matcher = cls(())
        matcher._trie.frombytes(base64.b64decode(saved["trie"]))
        values = list(map(value, saved["values"]))
        kinds = [(tuple(values[i] for i in whole), tuple(values[i] for i in stems)) for whole, stems in saved["kinds"]]
        matcher._meanings = [kinds[number] for number in saved["meanings"]]
        matcher._beginnings, matcher._longest = frozenset(saved["beginnings"]), saved["longest"]
        return matcher

    def values(self) -> frozenset[Value]:
        """Everything that a term stands for."""
        return frozenset(value for meanings in set(self._meanings) for side in meanings for value in side)

    def find(self, text: str) -> Iterator[Match[Value]]:
        """Matches in a folded text, by the place where their term ends; endless repetition is not followed."""
        repeats: Counter[str] = Counter()
        found = sorted(self._terms(text), key=lambda term: (term[1], term[0]))
        for start, end, key in found:
            spelling = text[start:end]
            repeats[spelling] += 1
            if repeats[spelling] > _MOST_REPEATS:
                continue
            whole, stems = self._meanings[key]
            if whole and _between_words(text, end):
                yield from (Match(start, end, value) for value in whole)
            if stems:
                end = _end_of_word(text, end)
                yield from (Match(start, end, value) for value in stems)

    def term_of(self, text: str) -> str | None:
        """The spelling under which a match of this folded text was found, a stem with its star; None without one."""
        for spelling, key in reversed(list(self._trie.iter_prefixes_with_ids(text))):
            whole, stems = self._meanings[key]
            if whole and spelling == text:
                return text
            if stems:
                return f"{spelling}*"
        return None

    def _terms(self, text: str) -> Iterator[tuple[int, int, int]]:
        """Start, end and key of every term that begins where a word may begin."""
        for start in range(len(text)):
            begins = text[start : start + 2] in self._beginnings or text[start] in self._beginnings
            if begins and _starts_word(text, start):
                for spelling, key in self._trie.iter_prefixes_with_ids(text[start : start + self._longest]):
                    yield start, start + len(spelling), key


Meanings = tuple[tuple[Value, ...], tuple[Value, ...]]
"""What a spelling stands for as a whole word, and as the beginning of a word."""


def spellings(term: str) -> set[str]:
    """The folded forms of a term; people leave out apostrophes or write a space instead."""
    folded = fold_term(term.rstrip("*")).strip()
    if "'" not in folded:
        return {folded}
    return {folded, folded.replace("'", ""), folded.replace("'", " ")}


def _between_words(text: str, index: int) -> bool:
    """True unless `index` lies inside a word of a script that writes words apart."""
    if index in (0, len(text)):
        return True
    return not (_spaced(text[index - 1]) and _spaced(text[index]))


@lru_cache(maxsize=4096)
def _spaced(character: str) -> bool:
    return (character.isalnum() and script_of(character) not in _UNSPACED) or is_indic_sign(character)


def _starts_word(text: str, start: int) -> bool:
    return _between_words(text, start) or (script_of(text[start]) == "arabic" and _after_prefix(text, start))


def _after_prefix(text: str, start: int) -> bool:
    for length in range(1, min(_LONGEST_PREFIX, start) + 1):
        if _between_words(text, start - length):
            return _ARABIC_PREFIX.fullmatch(text, start - length, start) is not None
    return False


def _end_of_word(text: str, end: int) -> int:
    while not _between_words(text, end):
        end += 1
    return end


@dataclass(frozen=True, slots=True)
class Reading:
    """A text prepared once for all questions about it.

    `languages` are its BCP 47 tags, the greatest share first, and `spoken` the word tables that it is read by; both are
    empty when nobody can tell.
    """

    original: str
    folded: Folded
    languages: tuple[str, ...]
    spoken: frozenset[str]

    @classmethod
    def of(cls, text: str) -> Reading:
        languages = recognise(text)
        return cls(text, fold(text), languages, tables_for(languages))

    def words(self, match: Match[Value]) -> tuple[str, int, int]:
        """The words of a match as they were written, with their place in the original."""
        start, end = self.folded.span(match.start, match.end)
        return self.original[start:end], start, end

    def gap(self, one: Match[Value], other: Match[Value]) -> str | None:
        """What was written between two matches, None when they overlap."""
        first, second = (one, other) if one.start <= other.start else (other, one)
        if first.end > second.start:
            return None
        return self.original[self.folded.span(first.start, first.end)[1] : self.folded.starts[second.start]]

    def sentence_ends(self) -> list[int]:
        """Places in the original where a sentence ends, in order."""
        return [found.start() for found in _SENTENCE_END.finditer(self.original)]


def same_clause(gap: str) -> bool:
    return _CLAUSE_END.search(gap) is None
