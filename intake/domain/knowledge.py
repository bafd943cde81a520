"""Everything that Qiao knows about the world, loaded once and frozen (intake/gateways/knowledge.py loads it)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from intake.domain.languages import Localized
from intake.domain.lexicon import Lexicon
from intake.domain.network import Network
from intake.domain.red_flags import RedFlagLexicon


@dataclass(frozen=True, slots=True)
class Country:
    """ISO 3166-1; the name comes from CLDR by `alpha2`."""

    alpha3: str
    alpha2: str


@dataclass(frozen=True, slots=True)
class EmergencyNumber:
    """The number that brings an ambulance; None when unknown: then "your local emergency number" is shown."""

    country: str
    ambulance: str | None
    sources: tuple[str, ...]
    checked_on: date


@dataclass(frozen=True, slots=True)
class SafetyText:
    """A text of safety or law. It is shown as drafted in the embedded profile; production waits for `approved_by`.

    Each line of a text is a paragraph. `source` is a key of `Network.sources`; `basis` says what the text rests on.
    """

    code: str
    version: int
    texts: Localized
    source: str
    checked_on: date
    approved_by: str | None
    approved_on: date | None
    basis: str = ""

    @property
    def released(self) -> bool:
        return self.approved_by is not None and self.approved_on is not None


@dataclass(frozen=True, slots=True)
class Knowledge:
    network: Network
    countries: Mapping[str, Country]
    emergency_numbers: Mapping[str, EmergencyNumber]
    safety_texts: Mapping[str, SafetyText]
    lexicon: Lexicon
    red_flags: RedFlagLexicon

    def ambulance(self, country: str) -> str | None:
        """The ambulance number of an ISO alpha-3 country, None when unknown."""
        entry = self.emergency_numbers.get(country)
        return entry.ambulance if entry else None

    def unreleased_texts(self) -> tuple[SafetyText, ...]:
        return tuple(text for text in self.safety_texts.values() if not text.released)
