"""Catalogues and CLDR formats for one reader, outside any web request."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.lists import format_list
from babel.support import NullTranslations, Translations

from intake.domain.languages import Language

CATALOGUES = Path(__file__).resolve().parents[2] / "translations"
HOSPITAL_ZONE = ZoneInfo("Asia/Shanghai")


@cache
def locale_of(language: Language) -> Locale:
    return Locale.parse(language.cldr)


@cache
def catalogue_of(language: Language) -> NullTranslations:
    """The compiled catalogue; English is the source and needs none."""
    return Translations.load(CATALOGUES, [language.catalogue])


def moment(when: datetime, language: Language) -> str:
    """Date and time at the hospitals in the reader's own style; the sentence around it names the city."""
    locale = locale_of(language)
    local = when.astimezone(HOSPITAL_ZONE)
    time, day_part = format_time(local, "short", locale=locale), format_date(local, "long", locale=locale)
    return str(locale.datetime_formats["long"]).format(time, day_part)


def short_moment(when: datetime, language: Language) -> str:
    """Day, month and time at the hospitals, for lists: `24 Nov, 18:00`."""
    locale, local = locale_of(language), when.astimezone(HOSPITAL_ZONE)
    time, day_part = format_time(local, "short", locale=locale), format_skeleton("MMMd", local, locale=locale)
    return str(locale.datetime_formats["medium"]).format(time, day_part)


def day(when: date, language: Language) -> str:
    return format_date(when, "long", locale=locale_of(language))


def country_name(alpha2: str, language: Language) -> str:
    """The CLDR name of an ISO 3166-1 alpha-2 country."""
    return str(locale_of(language).territories.get(alpha2, alpha2))


def language_name(tag: str, language: Language) -> str:
    """The CLDR name of a language tag; a tag without one names itself."""
    return str(locale_of(language).languages.get(tag.replace("-", "_"), tag))


def listed(texts: Iterable[str], language: Language) -> str:
    return format_list(list(texts), style="standard", locale=locale_of(language))


def sort_key(name: str, language: Language) -> str:
    """An order a reader finds their way in: without accents; Chinese by the encoding that follows pinyin."""
    if language.tag == "zh-Hans":
        return name.encode("gb18030", "replace").hex()
    folded = unicodedata.normalize("NFKD", name).casefold()
    return "".join(char for char in folded if not unicodedata.combining(char)).removeprefix("ال")
