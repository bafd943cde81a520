"""safety_texts.toml → the texts of safety and of law."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from pathlib import Path

from intake.domain.knowledge import SafetyText
from intake.domain.network import Gate
from intake.gateways.knowledge.reading import Entry, Ledger, open_toml

FILE = "safety_texts.toml"

PLACEHOLDERS: Mapping[str, Collection[str]] = {
    "emergency-advice": {"country", "local_number"},
    "emergency-advice-unknown-number": (),
    "crisis-advice": {"country", "local_number"},
    "crisis-advice-unknown-number": (),
    "not-for-emergencies": (),
    "standing-disclaimer": {"by"},
    "consent-health-data": (),
    "consent-health-data-guardian": (),
    "consent-health-data-other": (),
    "privacy-notice": (),
    "gate-organ-transplant": (),
    "gate-assisted-reproduction": (),
    "gate-medical-transfer": (),
}
"""The texts that the pages and mails rely on, with the words each of them is given."""

_PLACEHOLDER = re.compile(r"%\((\w+)\)s")


def read_safety_texts(folder: Path, ledger: Ledger) -> dict[str, SafetyText]:
    file = open_toml(folder, FILE, ledger)
    texts = {code: _safety_text(code, entry) for code, entry in file.members("texts")}
    for code in PLACEHOLDERS.keys() - texts.keys():
        ledger.fault(f"{FILE}: texts.{code}", "is missing")
    file.close()
    return texts


def check_gate_texts(gates: Mapping[str, Gate], texts: Mapping[str, SafetyText], ledger: Ledger) -> None:
    for gate in gates.values():
        if gate.text is not None and gate.text not in texts:
            ledger.fault(f"departments.toml: gates.{gate.code}.text", f"no text {gate.text} in {FILE}")


def _safety_text(code: str, entry: Entry) -> SafetyText:
    text = SafetyText(
        code=code,
        version=entry.number("version"),
        texts=entry.localized("texts"),
        source=entry.text("source"),
        checked_on=entry.day("checked_on"),
        approved_by=entry.optional_text("approved_by"),
        approved_on=entry.day("approved_on") if entry.has("approved_on") else None,
        basis=entry.text("basis"),
    )
    entry.ledger.rest_on(f"{entry.place}.source", [text.source])
    _check_release(entry, text)
    _check_words(entry, text)
    entry.close()
    return text


def _check_release(entry: Entry, text: SafetyText) -> None:
    if text.version < 1:
        entry.fault("starts at 1", "version")
    if (text.approved_by is None) != (text.approved_on is None):
        entry.fault("a release needs approved_by and approved_on")


def _check_words(entry: Entry, text: SafetyText) -> None:
    expected = set(PLACEHOLDERS.get(text.code, _placeholders(text.texts.get("en", ""))))
    for tag, words in text.texts.items():
        found = _placeholders(words)
        if found != expected:
            entry.fault(f"has the placeholders {sorted(found)}, needs {sorted(expected)}", f"texts.{tag}")
        if "%" in _PLACEHOLDER.sub("", words):
            entry.fault("has a percent sign outside a placeholder", f"texts.{tag}")
        if "!" in words or "！" in words:
            entry.fault("has an exclamation mark", f"texts.{tag}")


def _placeholders(text: str) -> set[str]:
    return set(_PLACEHOLDER.findall(text))
