"""The languages of the interface: their tags, their addresses, their direction.

Tags are BCP 47; `url` is the first part of a page's address; `catalogue` is the folder in translations/;
`cldr` is the locale for dates, numbers and names (English is written the British way, day first).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Localized = Mapping[str, str]
"""Language tag → text."""


@dataclass(frozen=True, slots=True)
class Language:
    tag: str
    url: str
    catalogue: str
    direction: str
    autonym: str
    cldr: str


ENGLISH = Language("en", "en", "en", "ltr", "English", "en_GB")

LANGUAGES: tuple[Language, ...] = (
    ENGLISH,
    Language("zh-Hans", "zh", "zh_Hans", "ltr", "中文", "zh_Hans"),
    Language("ar", "ar", "ar", "rtl", "العربية", "ar"),
    Language("fr", "fr", "fr", "ltr", "Français", "fr"),
)

BY_TAG: Mapping[str, Language] = {language.tag: language for language in LANGUAGES}
BY_URL: Mapping[str, Language] = {language.url: language for language in LANGUAGES}


def in_language(texts: Localized, tag: str) -> str:
    """The text in `tag`, else in English: only for names; sentences are complete or not offered."""
    return texts.get(tag) or texts["en"]
