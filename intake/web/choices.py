"""The entries of select fields, made once per language: 249 countries are too many for every request."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache, lru_cache

from flask_babel import gettext as _
from markupsafe import Markup, escape

from intake.domain.languages import Language, in_language
from intake.domain.network import Routable
from intake.domain.person import Sex
from intake.rendering.localisation import country_name, language_name, sort_key
from intake.services.deployment import deployment
from intake.web.locale import current_language
from intake.web.words import PLACES, SEXES

Choices = tuple[tuple[str, str], ...]

_OPEN = ("", "–")

INTERPRETED = tuple("en ar fr ru es ko hi ur fa id pt ja vi tr de bn it th ms uk sw am uz".split(" "))  # noqa: SIM905
"""Languages that patients of the network speak, for the wish of an interpreter."""


def country_choices() -> Choices:
    return (("", _("Choose a country")), *_countries(current_language()))


@cache
def _countries(language: Language) -> Choices:
    named = ((code, country_name(row.alpha2, language)) for code, row in deployment().knowledge.countries.items())
    return _sorted(named, language)


def place_choices() -> Choices:
    """Where the patient may be staying: the network's own cities before the countries."""
    return (_OPEN, *((code, str(name)) for code, name in PLACES.items()), *_countries(current_language()))


def known_sex_choices() -> Choices:
    return (_OPEN, *((code.value, str(name)) for code, name in SEXES.items() if code is not Sex.UNKNOWN))


def language_choices() -> Choices:
    return (("", _("No interpreter needed")), *_languages(current_language()))


@cache
def _languages(language: Language) -> Choices:
    return _sorted(((tag, language_name(tag, language)) for tag in INTERPRETED), language)


def department_choices() -> Choices:
    return (("", _("Let Qiao propose one")), *_departments(current_language()))


@cache
def _departments(language: Language) -> Choices:
    found = deployment().knowledge.network.departments.values()
    return _sorted(((row.code, in_language(row.names, language.tag)) for row in found if row.bookable), language)


def hospital_choices() -> Choices:
    return (("", _("Let Qiao propose one")), *_hospitals(current_language(), Routable.AUTOMATIC))


def desk_hospital_choices() -> Choices:
    """What a coordinator may choose: also the hospitals that the router never proposes."""
    own, others = Routable.AUTOMATIC, Routable.COORDINATOR_ONLY
    return (*_hospitals(current_language(), own), *_hospitals(current_language(), others))


@cache
def _hospitals(language: Language, routable: Routable) -> Choices:
    found = deployment().knowledge.network.hospitals.values()
    return tuple((row.code, in_language(row.names, language.tag)) for row in found if row.routable is routable)


def _sorted(named: Iterable[tuple[str, str]], language: Language) -> Choices:
    return tuple(sorted(named, key=lambda entry: sort_key(entry[1], language)))


def options(choices: Choices, chosen: str) -> Markup:
    """The entries as <option> elements, `chosen` selected. The long lists are written once, not at every request."""
    start = f'<option value="{escape(chosen)}"'
    return Markup(_options(choices).replace(f"{start}>", f"{start} selected>", 1))  # noqa: S704 both parts are escaped


@lru_cache(maxsize=64)
def _options(choices: Choices) -> str:
    return "".join(f'<option value="{escape(value)}">{escape(text)}</option>' for value, text in choices)
