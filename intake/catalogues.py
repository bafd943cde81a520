"""The catalogues of sentences: collected, checked, compiled.

A catalogue that is not complete is not compiled, and so its language is not offered.
"""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

import click
from babel.messages import frontend
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from intake.domain.languages import ENGLISH, LANGUAGES, Language

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "translations"
TEMPLATE = FOLDER / "messages.pot"
KEEP_TIDY = ("--no-fuzzy-matching", "--ignore-obsolete", "--omit-header", "--no-wrap")
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


@click.group()
def translations() -> None:
    """Sentences in all languages."""


@translations.command("update")
def update() -> None:
    """Collect the sentences of the code and templates, and bring every catalogue up to date with them."""
    _babel("extract", "-F", str(ROOT / "babel.cfg"), "-k", "_l", "-k", "_", "--no-location", "--sort-output",
           "--omit-header", "--no-wrap", "-o", str(TEMPLATE), str(ROOT / "intake"))  # fmt: skip
    for language in LANGUAGES:
        if language is not ENGLISH:
            path = _po(language)
            path.parent.mkdir(parents=True, exist_ok=True)
            action = "update" if path.exists() else "init"
            extra = KEEP_TIDY if action == "update" else ()
            _babel(action, "-i", str(TEMPLATE), "-o", str(path), "-l", language.catalogue, *extra)


def _babel(*arguments: str) -> None:
    frontend.CommandLineInterface().run(["pybabel", "-q", *arguments])  # type: ignore[no-untyped-call]


@translations.command("check")
def check() -> None:
    """Every sentence in every catalogue, with the same placeholders and every plural form."""
    faults = [fault for language in LANGUAGES for fault in faults_of(language)]
    for fault in faults:
        click.echo(fault)
    sys.exit(1 if faults else 0)


@translations.command("compile")
def compile_all() -> None:
    """Compile the complete catalogues; the others are named and left out."""
    for language in LANGUAGES:
        if language is ENGLISH:
            continue
        faults, target = faults_of(language), _po(language).with_suffix(".mo")
        if faults:
            target.unlink(missing_ok=True)
            click.echo(f"{language.tag}: not complete ({len(faults)} sentences), not offered")
        else:
            buffer = io.BytesIO()
            write_mo(buffer, _read(_po(language), language.catalogue))
            target.write_bytes(buffer.getvalue())


def faults_of(language: Language) -> list[str]:
    """What keeps a language from being offered, one line each."""
    if language is ENGLISH:
        return []
    if not _po(language).exists():
        return [f"{language.tag}: no catalogue"]
    catalogue = _read(_po(language), language.catalogue)
    wanted = [message for message in _read(TEMPLATE, ENGLISH.catalogue) if message.id]
    return [f"{language.tag}: {fault}" for message in wanted for fault in _faults(message, catalogue)]


def _faults(wanted: Message, catalogue: Catalog) -> list[str]:
    plural = not isinstance(wanted.id, str)
    key = wanted.id[0] if plural else str(wanted.id)
    texts = _texts(catalogue.get(key))
    if not texts or not all(texts):
        return [f"no translation of {key!r}"]
    names = set(PLACEHOLDER.findall(key))
    found = [set(PLACEHOLDER.findall(text)) for text in texts]
    # A plural form may leave the number out ("one day"), a sentence may not.
    if any(here - names for here in found) or (not plural and found[0] != names):
        return [f"other placeholders in {key!r}"]
    if len(texts) != (catalogue.num_plurals if plural else 1):
        return [f"missing plural forms of {key!r}"]
    return []


def _texts(message: Message | None) -> list[str]:
    if message is None or message.fuzzy or not message.string:
        return []
    return [message.string] if isinstance(message.string, str) else list(message.string)


def _po(language: Language) -> Path:
    return FOLDER / language.catalogue / "LC_MESSAGES" / "messages.po"


def _read(path: Path, locale: str) -> Catalog:
    return read_po(io.BytesIO(path.read_bytes()), locale=locale)
