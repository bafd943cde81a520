"""The language of a page: the first part of its address for patients, a choice kept in the browser for the desk."""

from __future__ import annotations

from typing import Any

from babel import negotiate_locale
from babel.support import NullTranslations
from flask import Blueprint, Flask, abort, g, request, session, url_for
from flask_babel import Babel, Domain
from markupsafe import Markup

from intake.domain.languages import ENGLISH, Language
from intake.rendering.localisation import catalogue_of
from intake.services.deployment import deployment


def current_language() -> Language:
    found: Language = g.get("language") or preferred_language()
    return found


def preferred_language() -> Language:
    """What the browser asks for, among the offered ones; else English."""
    offered = {language.cldr.replace("_", "-"): language for language in deployment().offered}
    offered |= {language.url: language for language in deployment().offered}
    wanted = [tag for tag, _ in request.accept_languages][:20]
    found = negotiate_locale(wanted, list(offered), sep="-")
    return offered.get(found or "", ENGLISH)


def speak_address_language(blueprint: Blueprint) -> None:
    """Addresses of this blueprint begin with /<language>/; links inside it keep the language."""

    @blueprint.url_value_preprocessor
    def take(endpoint: str | None, values: dict[str, Any] | None) -> None:
        code = (values or {}).pop("language", None)
        g.language = next((language for language in deployment().offered if language.url == code), None)
        if g.language is None:
            g.language = preferred_language()
            abort(404)

    @blueprint.url_defaults
    def keep(endpoint: str, values: dict[str, Any]) -> None:
        values.setdefault("language", current_language().url)


def speak_desk_language(blueprint: Blueprint) -> None:
    """The desk's addresses have no language; ?language=zh is remembered in the browser."""

    @blueprint.before_request
    def take() -> None:
        asked = request.args.get("language")
        offered = {language.url: language for language in deployment().offered}
        if asked in offered:
            session["language"] = asked
        g.language = offered.get(session.get("language", "")) or preferred_language()


def language_links() -> list[tuple[Language, str]]:
    """This page in every offered language."""
    offered = deployment().offered
    if request.endpoint is None or not _is_also_a_page():
        return [(language, f"/{language.url}/") for language in offered]
    if request.blueprint == "desk":
        return [(language, f"{request.path}?language={language.url}") for language in offered]
    values = dict(request.view_args or {})
    if current_app_expects_language():
        return [(language, url_for(request.endpoint, **values | {"language": language.url})) for language in offered]
    return [(language, f"/{language.url}/") for language in offered]


def _is_also_a_page() -> bool:
    """The answer to a form that is shown again has the address of the form."""
    return request.url_rule is not None and "GET" in (request.url_rule.methods or ())


def current_app_expects_language() -> bool:
    return request.url_rule is not None and "language" in request.url_rule.arguments


class _Catalogues(Domain):
    """Sentences of the page's language. Flask-Babel's own domain works out locale and catalogue anew at every one."""

    def get_translations(self) -> NullTranslations:
        return catalogue_of(current_language())


def _sentence(text: str, **values: object) -> Markup:
    """`_` of the templates. Jinja's own goes through three more functions at every sentence."""
    return Markup(catalogue_of(current_language()).gettext(text)) % values  # noqa: S704 as Jinja does with our sentences


def start(app: Flask) -> None:
    app.config["WTF_I18N_ENABLED"] = False  # WTForms would read its catalogue at every request; the sentences are ours
    babel = Babel(app, locale_selector=lambda: current_language().cldr)
    babel.domain_instance = _Catalogues()
    app.jinja_env.globals["_"] = _sentence
