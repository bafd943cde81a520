"""W1: the form in every language, warm, beside a page of Flask that says hello."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from bench import stage, visits
from bench.pairs import Comparison, compare, keep, sentence

TARGET_CPU_MS = 4.0


def run(folder: Path) -> None:
    with stage.product(folder / "product") as ours, stage.flask_reference(folder / "reference") as theirs:
        results = [_compare(ours, theirs, count) for count in (1, 8)]
        addresses = visits.offered(ours.port)
    for result in results:
        print(sentence(result))
    keep("form-get", results, addresses=addresses)


def _compare(ours: stage.Server, theirs: stage.Server, count: int) -> Comparison:
    return compare(
        f"form GET, {count} at once",
        "hello",
        TARGET_CPU_MS,
        partial(stage.measure, ours, visits.form_readers(ours.port, count)),
        partial(stage.measure, theirs, visits.greeters(count)),
    )
