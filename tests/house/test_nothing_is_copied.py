"""The labelled patient texts are for measuring only: nothing that is shipped may share six words in a row with one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers import ROOT

TEXTS = ROOT.parent / "shared" / "cases" / "triage_dev"
SHIPPED = ("intake/data/lexicon", "intake/data/red_flags", "intake/data/exemplars", "tests/cases")
IN_A_ROW = 6
_QUOTED = re.compile(r'"([^"\n]+)"|^\w+: (.+)$', re.MULTILINE)
_WORD = re.compile(r"[\w\u0900-\u0dff]+")


def runs(text: str) -> Iterator[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return zip(*(words[place:] for place in range(IN_A_ROW)), strict=False)


def test_no_shipped_line_is_copied_from_a_text_that_is_for_measuring_only() -> None:
    if not TEXTS.is_dir():
        pytest.skip("the texts for measuring are not on this machine")
    known = {
        run
        for path in TEXTS.glob("*.json*")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("{") and '"text"' in line
        for run in runs(json.loads(line)["text"])
    }
    copied = [
        f"{path.relative_to(ROOT)}: {' '.join(run)}"
        for folder in SHIPPED
        for path in sorted(Path(ROOT / folder).rglob("*"))
        if path.suffix in (".toml", ".txt")
        for quoted in _QUOTED.finditer(path.read_text(encoding="utf-8"))
        for run in runs(quoted[1] or quoted[2])
        if run in known
    ]
    assert not copied
