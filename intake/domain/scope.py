"""How far a word reaches: negation, the past, and rules that need several words in one sentence."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from intake.domain.matching import Match, Reading, same_clause
from intake.domain.term_tables import Entry, Role
from intake.domain.text import script_of

Found = Match[Entry]

_NEGATION_REACHES_WORDS = 4
_PAST_REACHES_WORDS = 6
_HAN_PER_WORD = 2


class Scope:
    """Answers whether a match is denied or lies in the past.

    Words only bear on words of their own language, and only in a text of it: Portuguese `no hospital` denies nothing.
    """

    def __init__(self, reading: Reading, matches: Iterable[Found]) -> None:
        self._reading = reading
        self._modifiers: dict[tuple[Role, str], list[Found]] = defaultdict(list)
        for match in matches:
            if not reading.spoken or match.value.language in reading.spoken:
                self._modifiers[match.value.role, match.value.language].append(match)

    def denied(self, match: Found) -> bool:
        """`no fever`, `fever was ruled out`."""
        before = self._last_before(Role.NEGATION_BEFORE, match)
        after = self._first_after(Role.NEGATION_AFTER, match)
        return self._reaches(before, match, _NEGATION_REACHES_WORDS) or self._reaches(
            after, match, _NEGATION_REACHES_WORDS
        )

    def past(self, match: Found) -> bool:
        """`chest pain last year`."""
        before, after = self._last_before(Role.PAST, match), self._first_after(Role.PAST, match)
        return self._reaches(before, match, _PAST_REACHES_WORDS) or self._reaches(after, match, _PAST_REACHES_WORDS)

    def _last_before(self, role: Role, match: Found) -> Found | None:
        candidates = self._modifiers.get((role, match.value.language), ())
        index = bisect_right(candidates, match.start, key=lambda candidate: candidate.end)
        return candidates[index - 1] if index else None

    def _first_after(self, role: Role, match: Found) -> Found | None:
        candidates = self._modifiers.get((role, match.value.language), ())
        index = bisect_left(candidates, match.end, key=lambda candidate: candidate.start)
        return candidates[index] if index < len(candidates) else None

    def _reaches(self, modifier: Found | None, match: Found, words: int) -> bool:
        if modifier is None:
            return False
        gap = self._reading.gap(modifier, match)
        return gap is not None and _width(gap) <= words and same_clause(gap) and not self._broken(modifier, match)

    def _broken(self, one: Found, other: Found) -> bool:
        """A word like `but` stands between the two."""
        first, second = sorted((one, other), key=lambda match: match.start)
        gap = Match(first.end, first.end, second.value)
        word = self._first_after(Role.BREAK, gap)
        return word is not None and word.end <= second.start


def standing(matches: Iterable[Found], refused: Callable[[Found], bool]) -> list[Found]:
    """The matches that are not refused in any language: `suicid*` is English and French, `no` is only English."""
    candidates = list(matches)
    spans = {(match.start, match.end) for match in candidates if refused(match)}
    return [match for match in candidates if (match.start, match.end) not in spans]


def _width(gap: str) -> int:
    """The number of words; two Han characters count as one."""
    han = sum(script_of(character) == "cjk" for character in gap[: 2 * _PAST_REACHES_WORDS * _HAN_PER_WORD])
    return len(gap.split()) - bool(han) + han // _HAN_PER_WORD


@dataclass(frozen=True, slots=True)
class Firing:
    """A rule whose word stands in the text (`exact`), or of which one word of each list stands in one sentence."""

    code: str
    match: Found
    sentence: int
    exact: bool


def firings(reading: Reading, standing: Sequence[Found], parts: Mapping[str, int]) -> Iterator[Firing]:
    """`parts` tells for each rule how many lists its `all_of` has."""
    ends = reading.sentence_ends()
    together: dict[tuple[str, int], dict[int, Found]] = defaultdict(dict)
    for match in standing:
        entry, sentence = match.value, sentence_of(reading, ends, match)
        if entry.role is Role.WORD:
            yield Firing(entry.code, match, sentence, exact=True)
        elif entry.role is Role.PART:
            together[entry.code, sentence].setdefault(entry.part, match)
    for (code, sentence), found in together.items():
        if len(found) == parts[code]:
            yield Firing(code, found[0], sentence, exact=False)


def sentence_of(reading: Reading, ends: Sequence[int], match: Found) -> int:
    return bisect_right(ends, reading.folded.starts[match.start])
