"""Habits that a reader could forget and a test cannot."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from intake.web.guards import audience_of

ROOT = Path(__file__).parents[2]
OURS = ("intake", "workers", "embedded", "migrations", "tests", "bench")
LONGEST_FILE = 400
TEMPLATES = ROOT / "intake" / "templates"
EAGER = {"gettext", "ngettext", "_"}
FROM_IMPORT = re.compile(r'{% from "[^"]+" import ([\w, ]+)')


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders or OURS:
        yield from sorted((ROOT / folder).rglob("*.py"))
    if not folders:
        yield from sorted(ROOT.glob("*.py"))


def templates() -> list[Path]:
    return sorted(TEMPLATES.rglob("*.html"))


def name_of(template: Path) -> str:
    return template.relative_to(TEMPLATES).as_posix()


def test_every_route_has_an_audience(app: Flask) -> None:
    assert [endpoint for endpoint in app.view_functions if audience_of(app, endpoint) is None] == []


@pytest.mark.slow
def test_the_arrows_of_the_house_hold() -> None:
    command = (str(Path(sys.executable).with_name("lint-imports")), "--no-cache")
    checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout
    assert "0 broken" in checked.stdout


def test_every_file_stays_readable_in_one_sitting() -> None:
    long = [str(path) for path in sources() if len(path.read_text().splitlines()) > LONGEST_FILE]
    assert long == []


def test_commits_happen_in_one_place() -> None:
    committing = {
        path.relative_to(ROOT).as_posix() for path in sources("intake", "workers") if ".commit(" in path.read_text()
    }
    assert committing == {"intake/services/transaction.py"}


def test_no_sentence_is_translated_at_import() -> None:
    """A sentence that is translated when a module is read stays in the language of nobody."""
    assert [found for path in sources("intake", "workers") for found in eager_calls(path.read_text(), path.name)] == []


def eager_calls(source: str, name: str) -> list[str]:
    """Calls of `_` that run when the module is read: not inside a function."""
    found: list[str] = []

    def look(node: ast.AST) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                continue
            if isinstance(child, ast.Call) and isinstance(child.func, ast.Name) and child.func.id in EAGER:
                found.append(f"{name}:{child.lineno}")
            look(child)

    look(ast.parse(source))
    return found


def test_an_eager_sentence_would_be_found() -> None:
    assert eager_calls('TEXT = {"a": _("Hello")}', "module.py") == ["module.py:1"]
    assert eager_calls('def text():\n    return _("Hello")', "module.py") == []


def test_every_template_compiles(app: Flask) -> None:
    for template in templates():
        app.jinja_env.get_template(name_of(template))
    assert len(templates()) > 20


def test_every_template_is_used() -> None:
    everything = "".join(path.read_text() for path in [*sources("intake"), *templates()])
    own = {name_of(template) for template in templates() if not name_of(template).startswith("mail/")}
    assert {name for name in own if f'"{name}"' not in everything} == set()


def test_no_template_imports_what_it_does_not_use() -> None:
    unused = []
    for template in templates():
        text = template.read_text()
        for line in FROM_IMPORT.findall(text):
            names = [name.split(" as ")[-1].strip() for name in line.split(",")]
            rest = FROM_IMPORT.sub("", text)
            unused += [f"{name_of(template)}: {name}" for name in names if not re.search(rf"\b{name}\b", rest)]
    assert unused == []


def test_no_template_trusts_a_text_or_brings_a_script_or_style_of_its_own() -> None:
    for template in templates():
        text = template.read_text()
        assert "|safe" not in text.replace(" ", ""), name_of(template)
        if not name_of(template).startswith("mail/"):
            assert not re.search(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*\bsrc=)", text), name_of(template)


def patterns() -> list[tuple[str, str]]:
    """Every literal pattern of a compiled regular expression in the product."""
    found = []
    for path in sources("intake", "workers", "embedded"):
        calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        compiled = [call for call in calls if ast.unparse(call.func).startswith("re.") and call.args]
        literal = [(call.lineno, call.args[0].value) for call in compiled if isinstance(call.args[0], ast.Constant)]
        found += [(f"{path.name}:{line}", str(pattern)) for line, pattern in literal]
    return found


HARD = ("a", " ", "1", "%(", "-", "\n", "a1 ", "%(a", "((", "=?")
SIZE = 20_000


@pytest.mark.parametrize(("place", "pattern"), patterns(), ids=lambda value: str(value)[:40])
def test_every_pattern_takes_a_time_in_proportion_to_its_text(place: str, pattern: str) -> None:
    for text in HARD:
        once, twice = (_seconds(pattern, text * (size // len(text)) + "!") for size in (SIZE, 2 * SIZE))
        assert twice < max(once * 3.5, 0.02), f"{place}: {once:.4f} s, then {twice:.4f} s"


def _seconds(pattern: str, text: str) -> float:
    """The best of three, so that a busy machine does not speak for the pattern."""
    compiled, taken = re.compile(pattern), []
    for _ in range(3):
        start = time.perf_counter()
        compiled.search(text)
        taken.append(time.perf_counter() - start)
    return min(taken)
