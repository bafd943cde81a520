"""countries.csv and emergency_numbers.csv: long flat tables; lines that start with # are comments."""

from __future__ import annotations

import csv
import re
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from pathlib import Path

from intake.domain.knowledge import Country, EmergencyNumber
from intake.gateways.knowledge.reading import Ledger, by_code

COUNTRIES_FILE = "countries.csv"
NUMBERS_FILE = "emergency_numbers.csv"
ISO_3166_ENTRIES = 249
WITNESSES = 2
"""How many sources must name a number before it is shown: a wrong number is worse than none."""

_ALPHA3 = re.compile(r"[A-Z]{3}")
_ALPHA2 = re.compile(r"[A-Z]{2}")
_NUMBER = re.compile(r"\d{2,6}")


def read_countries(folder: Path, ledger: Ledger) -> dict[str, Country]:
    rows = list(_rows(folder, COUNTRIES_FILE, ("alpha3", "alpha2"), ledger))
    countries = by_code(((row["alpha3"], _country(row, ledger)) for row in rows), COUNTRIES_FILE, ledger)
    if len(countries) != ISO_3166_ENTRIES or len({c.alpha2 for c in countries.values()}) != len(countries):
        ledger.fault(COUNTRIES_FILE, f"must have {ISO_3166_ENTRIES} countries, each with its own alpha2")
    return countries


def read_emergency_numbers(folder: Path, countries: Collection[str], ledger: Ledger) -> dict[str, EmergencyNumber]:
    rows = list(_rows(folder, NUMBERS_FILE, ("country", "ambulance", "sources", "checked_on"), ledger))
    numbers = by_code(((row["country"], _emergency_number(row, ledger)) for row in rows), NUMBERS_FILE, ledger)
    for code in sorted(set(countries) ^ numbers.keys()):
        ledger.fault(f"{NUMBERS_FILE}: {code}", "has no row" if code in countries else f"is not in {COUNTRIES_FILE}")
    return numbers


def _rows(folder: Path, name: str, columns: tuple[str, ...], ledger: Ledger) -> Iterator[Mapping[str, str]]:
    try:
        lines = (folder / name).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        ledger.fault(name, f"cannot be read: {error}")
        return
    reader = csv.reader(line for line in lines if line and not line.startswith("#"))
    if tuple(next(reader, ())) != columns:
        ledger.fault(name, f"must have the columns {', '.join(columns)}")
        return
    for cells in reader:
        if len(cells) == len(columns):
            yield dict(zip(columns, cells, strict=True))
        else:
            ledger.fault(f"{name}: {cells[0]}", f"has {len(cells)} cells, needs {len(columns)}")


def _country(row: Mapping[str, str], ledger: Ledger) -> Country:
    country = Country(row["alpha3"], row["alpha2"])
    if not (_ALPHA3.fullmatch(country.alpha3) and _ALPHA2.fullmatch(country.alpha2)):
        ledger.fault(f"{COUNTRIES_FILE}: {country.alpha3}", "needs an alpha-3 and an alpha-2 code")
    return country


def _emergency_number(row: Mapping[str, str], ledger: Ledger) -> EmergencyNumber:
    place = f"{NUMBERS_FILE}: {row['country']}"
    number = row["ambulance"] or None
    sources = ledger.rest_on(place, row["sources"].split())
    if number is not None and not _NUMBER.fullmatch(number):
        ledger.fault(place, f"{number!r} is not a number to call")
    if number is not None and len(sources) < WITNESSES:
        ledger.fault(place, f"needs {WITNESSES} sources")
    return EmergencyNumber(row["country"], number, sources, _day(row["checked_on"], place, ledger))


def _day(text: str, place: str, ledger: Ledger) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        ledger.fault(place, f"{text!r} is not a date")
        return date.min
