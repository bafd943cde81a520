"""What the documents say is what the code does."""

from __future__ import annotations

import re
from pathlib import Path

from config import VARIABLES
from tests.house.lifecycle_page import page

ROOT = Path(__file__).parents[2]
READS_ENVIRONMENT = re.compile(r"""(?:env\.get\(|env\[|_[a-z]+\()\s*["']([A-Z][A-Z_]+)["']""")


def test_the_page_about_the_life_cycle_is_made_from_the_tables() -> None:
    assert (ROOT / "docs" / "lifecycle.md").read_text() == page()


def test_every_variable_of_the_environment_is_in_the_guide_for_operators() -> None:
    listed = re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "docs" / "operations.md").read_text(), re.MULTILINE)
    assert listed == list(VARIABLES)


def test_every_variable_that_is_read_is_described_and_the_other_way_round() -> None:
    assert set(READS_ENVIRONMENT.findall((ROOT / "config.py").read_text())) == set(VARIABLES)
