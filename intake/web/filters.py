"""Codes and times in the reader's words, for templates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask, g, url_for

from intake.domain.languages import Language, in_language
from intake.domain.lifecycle import Stage
from intake.rendering import localisation
from intake.services.deployment import deployment
from intake.web.choices import options
from intake.web.locale import current_language, language_links
from intake.web.words import ACTIONS, GATES, STAGES

STATIC = Path(__file__).resolve().parents[1] / "static"


def day(when: date) -> str:
    return localisation.day(when, current_language())


def moment(when: datetime) -> str:
    return localisation.moment(when, current_language())


def country(alpha3: str) -> str:
    row = deployment().knowledge.countries.get(alpha3)
    return localisation.country_name(row.alpha2, current_language()) if row else alpha3


def language_name(tag: str) -> str:
    return localisation.language_name(tag, current_language())


def department(code: str) -> str:
    return in_language(deployment().knowledge.network.departments[code].names, current_language().tag)


def hospital(code: str) -> str:
    return in_language(deployment().knowledge.network.hospitals[code].names, current_language().tag)


def short_hospital(code: str) -> str:
    """What staff call the hospital; its full name where it has no short one."""
    short = deployment().knowledge.network.hospitals[code].short_names
    return in_language(short, current_language().tag) if short else hospital(code)


def short_moment(when: datetime) -> str:
    return localisation.short_moment(when, current_language())


def gate(code: str) -> str:
    return str(GATES.get(code, code))


def listed(texts: Iterable[str]) -> str:
    """Several names in one sentence, joined as the language does it."""
    return localisation.listed(texts, current_language())


def stage(code: str) -> str:
    return str(STAGES[Stage(code)])


def action(code: str) -> str:
    return str(ACTIONS[code])


def static_url(name: str) -> str:
    """The address of a static file with a part of its digest, so that it may be kept for long."""
    return url_for("static", filename=name, v=_digest(name))


@cache
def _digest(name: str) -> str:
    return sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def _page_context() -> dict[str, Any]:
    language: Language = current_language()
    return {
        "language": language,
        "languages": deployment().offered,
        "language_links": language_links(),
        "actor": g.get("actor"),
        "static_url": static_url,
    }


def start(app: Flask) -> None:
    for function in (
        day,
        moment,
        country,
        language_name,
        department,
        hospital,
        short_hospital,
        short_moment,
        listed,
        gate,
        stage,
        action,
        options,
    ):
        app.jinja_env.filters[function.__name__] = function
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(_page_context)
