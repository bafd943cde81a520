"""Which languages a text is in, as far as its letters tell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

import pycld2

from intake.domain.text import script_of

_TAGS = {"iw": "he", "no": "nb"}
_SCRIPTS = {
    "zh-Hans": frozenset({"cjk"}),
    "ja": frozenset({"hiragana", "katakana", "katakana-hiragana", "cjk"}),
    "ko": frozenset({"hangul"}),
    **dict.fromkeys(("ar", "fa", "ur"), frozenset({"arabic"})),
    **dict.fromkeys(("ru", "uk"), frozenset({"cyrillic"})),
    "hi": frozenset({"devanagari"}),
    "bn": frozenset({"bengali"}),
    "th": frozenset({"thai"}),
}
_UNENCODABLE = re.compile(r"[^\w\s.,;:!?'’-]|[\ud800-\udfff]")
_NOT_ARABIC = frozenset("پچژگٹڈڑںےھہۀکیېۍ")
"""Letters of Persian, Urdu and Pashto that Arabic does not have."""

_TRADITIONAL = frozenset(
    "們個這來說對時會過還發國學種從長現樣經開關門問間題電話診療頭臉腦醫藥術體檢預約沒為與讓請謝歲歷雙師護應嗎嚴腫難處幾給腸膽"
    "氣聽覺視臟觀熱燒嘔傷殘斷風壓無陰陽癥癢癱麼後將動勞帶點鐘週邊兒媽爺親認識見淚渾"
)
"""Frequent characters that simplified Chinese does not use."""

_WORTH_NAMING_PERCENT = 25


def recognise(text: str) -> tuple[str, ...]:
    """BCP 47 tags of the languages with a good share of the text, the greatest first; empty when nobody can tell."""
    try:
        reliable, _, details = pycld2.detect(_UNENCODABLE.sub(" ", text), bestEffort=False)
    except (pycld2.error, ValueError):
        return ()
    codes = [code for _, code, percent, _ in details if code != "un" and percent >= _WORTH_NAMING_PERCENT]
    return tuple(dict.fromkeys(_tag(code, text) for code in codes)) if reliable else ()


def _tag(code: str, text: str) -> str:
    """The detector confuses short Chinese with Japanese, and simplified with traditional characters."""
    if code not in ("zh", "zh-Hant", "ja") or not scripts(text).keys().isdisjoint({"hiragana", "katakana"}):
        return _TAGS.get(code, code)
    return "zh-Hans" if _TRADITIONAL.isdisjoint(text) else "zh-Hant"


def tables_for(languages: Iterable[str]) -> frozenset[str]:
    """The tables of words that a text of these languages is read by."""
    return frozenset("zh-Hans" if tag == "zh-Hant" else tag for tag in languages)


def scripts(text: str) -> Counter[str]:
    """How many different letters of each script the text has."""
    return Counter(script for character in set(text) if (script := script_of(character)))


def scripts_of_language(tag: str) -> frozenset[str]:
    return _SCRIPTS.get(tag, frozenset({"latin"}))


def has_letters_foreign_to_arabic(text: str) -> bool:
    return not _NOT_ARABIC.isdisjoint(text)
