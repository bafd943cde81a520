"""Folding: one spelling for all ways to write a word, with the way back to the words as written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

_SAME_LETTER = {
    "ı": "i",
    "œ": "oe",
    "æ": "ae",
    "ø": "o",
    "ł": "l",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "ى": "ي",
    "ँ": "ं",
    "ঁ": "",
    "ৎ": "ত",
    "ۃ": "ه",
    "ی": "ي",
    "ة": "ه",
    "ھ": "ه",
    "ہ": "ه",
    "ە": "ه",
    "ٱ": "ا",
    "ک": "ك",
    **dict.fromkeys("’‘ʼ`´′", "'"),
    **dict.fromkeys("-‐‑‒–—―−/_", " "),
}
_ASCII = dict.fromkeys((*range(32), 127, *map(ord, "-/_")), " ") | {ord("`"): "'"}
"""The same for plain ASCII, where every character stays one character."""

_VARIATION_SELECTORS = range(0xFE00, 0xFE10)
_LONGEST_EXPANSION = 4
"""Ligatures need three letters; ornaments that stand for a whole sentence are cut, so that a text cannot swell."""


@dataclass(frozen=True, slots=True)
class Folded:
    """`starts[i]` is the place in the original of the folded character `i`."""

    text: str
    starts: Sequence[int]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The half-open span in the original of a non-empty half-open span of the folded text."""
        return self.starts[start], self.starts[end - 1] + 1


def fold(text: str) -> Folded:
    """NFKC, case, diacritics, alef forms, digits and white space are made alike; what is invisible goes."""
    if text.isascii():
        plain = text.lower().translate(_ASCII)
        if "  " not in plain:
            return Folded(plain, range(len(plain)))
    return _fold_by_characters(text)


def fold_term(term: str) -> str:
    """The folded text alone, for terms, of which there are very many: no way back is needed."""
    folded = term.translate(_FOLDING)
    return re.sub(" +", " ", folded) if "  " in folded else folded


class _Folding(dict[int, str]):
    """Code point → folded letters, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        self[code] = _fold_character(chr(code))
        return self[code]


_FOLDING = _Folding()


def _fold_by_characters(text: str) -> Folded:
    folded: list[str] = []
    starts: list[int] = []
    last = ""
    for index, character in enumerate(text):
        for letter in _fold_character(character):
            if letter != " " or last != " ":
                folded.append(letter)
                starts.append(index)
            last = letter
    return Folded("".join(folded), starts)


@lru_cache(maxsize=8192)
def _fold_character(character: str) -> str:
    """The folded letters of one character; empty for marks and for what has no width."""
    letters = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", character).casefold())
    kept = "".join(_fold_letter(letter) for letter in letters)
    return unicodedata.normalize("NFC", kept)[:_LONGEST_EXPANSION]


def _fold_letter(letter: str) -> str:
    category = unicodedata.category(letter)
    if letter in _SAME_LETTER:
        return _SAME_LETTER[letter]
    if category == "Cf" or letter == "ـ" or _is_accent(letter):
        return ""
    if category == "Nd":
        return str(unicodedata.digit(letter))
    return " " if category[0] in "ZC" else letter


def _is_accent(letter: str) -> bool:
    """Latin accents, Arabic and Hebrew points, the Indic nukta; the vowel signs of Indic scripts are letters."""
    points = unicodedata.combining(letter)
    return points >= 200 or points == 7 or 10 <= points <= 36 or ord(letter) in _VARIATION_SELECTORS


def is_indic_sign(character: str) -> bool:
    """A vowel sign of an Indic script: part of a word, though no letter by itself."""
    return "\u0900" <= character <= "\u0dff" and unicodedata.category(character)[0] == "M"


@lru_cache(maxsize=8192)
def script_of(character: str) -> str | None:
    """`latin`, `cjk`, `arabic`, `cyrillic` … for a letter, None for anything else."""
    if not character.isalpha():
        return None
    name = unicodedata.name(character, "unnamed").replace("FULLWIDTH ", "").replace("HALFWIDTH ", "")
    return name.split(maxsplit=1)[0].lower()
