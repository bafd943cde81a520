"""What a text is near to in meaning: points for departments from a sentence encoder.

The encoder comes in as a callable; intake/gateways/encoder.py makes one from the exemplar phrases. Without it the words
of the lexicon decide alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from intake.domain.recognition import recognise

FLOOR = 0.2
"""The cosine that unrelated sentences reach."""

POINTS = 8.0
"""A perfect likeness is worth two or three strong words (measured on the development texts, docs/routing.md)."""

READ_CHARACTERS = 400
"""How much of a story is encoded: complaints stand at its beginning, and the cost stays bounded."""


@dataclass(frozen=True, slots=True)
class Nearness:
    """`cosine` (about 0 to 1) is the mean to the two nearest phrases of a department, `phrase` the nearest of them."""

    cosine: float
    phrase: str


class Encoder(Protocol):
    """A text → for each department how near it is. `languages` are the BCP 47 tags that it understands."""

    @property
    def languages(self) -> frozenset[str]: ...

    def __call__(self, text: str) -> Mapping[str, Nearness]: ...


@dataclass(frozen=True, slots=True)
class Likeness:
    """Points for a department, for the first `end` characters of the story, and the phrase that they are like."""

    department: str
    weight: float
    end: int
    phrase: str


def likenesses(text: str, encoder: Encoder) -> tuple[Likeness, ...]:
    """Departments whose patients write something like this; none in a language that is noise to the encoder."""
    languages = recognise(text)
    if languages and not encoder.languages.intersection(languages):
        return ()
    end = min(len(text), READ_CHARACTERS)
    return tuple(
        Likeness(code, POINTS * (near.cosine - FLOOR), end, near.phrase)
        for code, near in encoder(text[:end]).items()
        if near.cosine > FLOOR
    )
