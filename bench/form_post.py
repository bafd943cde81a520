"""W2: a request of 200 characters is checked, screened, routed and committed, beside one committed row.

On SQLite and on PostgreSQL, both syncing every commit; the mails' wake-ups go to a real broker.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from bench import stage, visits
from bench.pairs import Comparison, compare, keep, sentence
from tests import servers

TARGET_CPU_MS = 8.0


def run(folder: Path) -> None:
    with servers.valkey() as broker, stage.postgres() as postgres:
        facts = {name: stage.on_postgres(postgres, f"SHOW {name}") for name in ("server_version", "fsync")}
        results = [
            *_on(folder / "sqlite", "SQLite", broker, None, None),
            *_on(
                folder / "postgres",
                "PostgreSQL",
                broker,
                stage.new_database(postgres, "product"),
                stage.new_database(postgres, "reference"),
            ),
        ]
    for result in results:
        print(sentence(result))
    keep("form-post", results, postgresql=facts)


def _on(folder: Path, name: str, broker: str, url: str | None, reference_url: str | None) -> list[Comparison]:
    with (
        stage.product(folder / "product", url, broker) as ours,
        stage.flask_reference(folder / "reference", reference_url) as theirs,
    ):
        return [_compare(name, ours, theirs, count) for count in (1, 8)]


def _compare(name: str, ours: stage.Server, theirs: stage.Server, count: int) -> Comparison:
    return compare(
        f"form POST on {name}, {count} at once",
        "one row",
        TARGET_CPU_MS,
        partial(stage.measure, ours, visits.senders(ours.port, count)),
        partial(stage.measure, theirs, visits.row_writers(count)),
    )
