"""One TOML table while it is read: typed values out, every fault noted with its place, nothing overlooked."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from intake.domain.languages import Localized
from intake.domain.network import Source

DATA_LANGUAGES = ("en", "zh-Hans", "ar", "fr")
"""Every name, description and text exists in these; the languages of the interface are among them."""

Value = TypeVar("Value")
Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(slots=True)
class Ledger:
    """What reading has found: faults as `file: key: text`, the sources there are, and those that something rests on."""

    faults: list[str] = field(default_factory=list)
    sources: dict[str, Source] = field(default_factory=dict)
    used: set[str] = field(default_factory=set)

    def fault(self, place: str, text: str) -> None:
        self.faults.append(f"{place}: {text}")

    def rest_on(self, place: str, keys: Iterable[str]) -> tuple[str, ...]:
        """The keys as they are, each marked as used; unknown ones become faults."""
        found = tuple(keys)
        self.used.update(found)
        for key in found:
            if key not in self.sources:
                self.fault(place, f"no source {key} in sources.toml")
        return found


class Entry:
    """A table at a place (`network.toml: hospitals.fahzu`).

    A getter that meets a fault notes it and returns an empty value, so that one reading finds all faults;
    the ledger then keeps what was built from being used.
    """

    def __init__(self, place: str, table: Mapping[str, Any], ledger: Ledger) -> None:
        self.place = place
        self.ledger = ledger
        self._table = table
        self._asked: set[str] = set()

    def fault(self, text: str, name: str = "") -> None:
        self.ledger.fault(self._inside(name) if name else self.place, text)

    def has(self, name: str) -> bool:
        return name in self._table

    def optional(self, name: str, kind: type[Value]) -> Value | None:
        self._asked.add(name)
        value = self._table.get(name)
        if value is None or (isinstance(value, kind) and type(value) not in _LOOKALIKES.get(kind, ())):
            return value
        self.fault(f"must be a {kind.__name__}", name)
        return None

    def required(self, name: str, kind: type[Value], empty: Value) -> Value:
        value = self.optional(name, kind)
        if value is None and name not in self._table:
            self.fault("is missing", name)
        return empty if value is None else value

    def text(self, name: str) -> str:
        value = self.required(name, str, "")
        if name in self._table and not value.strip():
            self.fault("is empty", name)
        return value.strip()

    def optional_text(self, name: str) -> str | None:
        return self.text(name) if name in self._table else self.optional(name, str)

    def number(self, name: str) -> int:
        return self.required(name, int, 0)

    def day(self, name: str, default: date | None = None) -> date:
        """A date; `default` (the day of the whole file) stands in where an entry gives none."""
        return self.required(name, date, date.min) if default is None else self.optional(name, date) or default

    def texts(self, name: str) -> tuple[str, ...]:
        values = self.optional(name, list) or []
        if not all(isinstance(value, str) and value for value in values):
            self.fault("must be a list of texts", name)
        return tuple(str(value) for value in values)

    def choice(self, name: str, choices: type[Choice]) -> Choice:
        value = self.text(name)
        if value in {str(choice) for choice in choices}:
            return choices(value)
        self.fault(f"is {value!r}, must be one of {', '.join(choices)}", name)
        return next(iter(choices))

    def localized(self, name: str, languages: Collection[str] = DATA_LANGUAGES) -> Localized:
        """Language tag → text, with all of `languages` and no unknown one."""
        child = self.entry(name)
        texts = {tag: child.text(tag) for tag in languages}
        child.close()
        return {tag: text for tag, text in texts.items() if text}

    def sources(self, name: str = "sources") -> tuple[str, ...]:
        keys = self.texts(name)
        if not keys:
            self.fault("has no source", name)
        return self.ledger.rest_on(self._inside(name), keys)

    def references(self, name: str, known: Collection[str], what: str) -> tuple[str, ...]:
        codes = self.texts(name)
        for code in codes:
            if code not in known:
                self.fault(f"no {what} {code}", name)
        return codes

    def entry(self, name: str) -> Entry:
        return Entry(self._inside(name), self.required(name, dict, {}), self.ledger)

    def optional_entry(self, name: str) -> Entry | None:
        table = self.optional(name, dict)
        return None if table is None else Entry(self._inside(name), table, self.ledger)

    def entries(self, name: str) -> list[Entry]:
        """The tables of an array, each named by its `code`, `hospital` or number."""
        tables = [table for table in self.optional(name, list) or [] if isinstance(table, dict)]
        return [self._child(name, table, number) for number, table in enumerate(tables, 1)]

    def members(self, name: str) -> list[tuple[str, Entry]]:
        """The sub-tables of a table, with their keys."""
        child = self.entry(name)
        return [(key, child.entry(key)) for key in child._table]

    def close(self) -> None:
        """Notes every key that no reader asked for: a misspelt key must not pass as an absent one."""
        for name in self._table:
            if name not in self._asked:
                self.fault("is not a key of this table", name)

    def _child(self, name: str, table: Mapping[str, Any], number: int) -> Entry:
        label = table.get("code") or table.get("hospital") or number
        return Entry(self._inside(f"{name}.{label}"), table, self.ledger)

    def _inside(self, name: str) -> str:
        return f"{self.place}: {name}" if self.place.endswith(".toml") else f"{self.place}.{name}"


_LOOKALIKES: Mapping[type, tuple[type, ...]] = {int: (bool,), date: (datetime,)}
"""Subclasses that TOML keeps apart: a truth value is no number, a time no date."""


def open_toml(folder: Path, name: str, ledger: Ledger) -> Entry:
    """The whole of a file as one entry; an unreadable file is a fault and reads as empty."""
    try:
        table = tomllib.loads((folder / name).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        ledger.fault(name, f"cannot be read: {error}")
        table = {}
    return Entry(name, table, ledger)


def by_code(entries: Iterable[tuple[str, Value]], file: str, ledger: Ledger) -> dict[str, Value]:
    """Code → value in the order of the file; a code that comes twice is a fault."""
    found: dict[str, Value] = {}
    for code, value in entries:
        if code in found:
            ledger.fault(f"{file}: {code}", "comes twice")
        found[code] = value
    return found
