"""A B A B …: ours and the reference in turn, the ratios of neighbours, and whether the run may be believed."""

from __future__ import annotations

import json
import os
import platform
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parent / "results"
SHORT = os.environ.get("BENCH_SHORT") == "1"
PAIRS = 3 if SHORT else 5
SECONDS = 1.0 if SHORT else 4.0
MOST_FOREIGN_SHARE = 0.15
MOST_SPREAD = 2.0


@dataclass(frozen=True, slots=True)
class Figure:
    """One window: `cpu_ms` per unit of work; `foreign_share` is the part of the machine that others used meanwhile."""

    cpu_ms: float
    foreign_share: float
    more: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Windows of ours and of the reference, in pairs."""

    name: str
    reference: str
    target_cpu_ms: float
    pairs: tuple[tuple[Figure, Figure], ...]

    @property
    def ratios(self) -> list[float]:
        return [ours.cpu_ms / reference.cpu_ms for ours, reference in self.pairs]

    @property
    def cpu_ms(self) -> float:
        return statistics.median(ours.cpu_ms for ours, _ in self.pairs)

    @property
    def noise(self) -> str | None:
        """Why the figures cannot be believed."""
        foreign = statistics.median(figure.foreign_share for pair in self.pairs for figure in pair)
        spread = max(self.ratios) / min(self.ratios)
        if foreign > MOST_FOREIGN_SHARE:
            return f"others used {foreign:.0%} of the machine"
        return f"the pairs differ {spread:.1f} times" if spread > MOST_SPREAD else None

    @property
    def within_target(self) -> bool:
        return self.cpu_ms <= self.target_cpu_ms


def compare(
    name: str, reference: str, target_cpu_ms: float, ours: Callable[[], Figure], theirs: Callable[[], Figure]
) -> Comparison:
    for warm_up in (theirs, ours):
        warm_up()
    pairs = []
    for _ in range(PAIRS):
        of_reference = theirs()
        pairs.append((ours(), of_reference))
    return Comparison(name, reference, target_cpu_ms, tuple(pairs))


def sentence(comparison: Comparison) -> str:
    """The result in one line; of a noisy run no figure, unless BENCH_ANYWAY=1 asks for it."""
    if comparison.noise and os.environ.get("BENCH_ANYWAY") != "1":
        return f"{comparison.name}: noisy, no figure ({comparison.noise})"
    ratios, more = comparison.ratios, _medians([ours for ours, _ in comparison.pairs])
    verdict = "within" if comparison.within_target else "OVER"
    doubt = f"; NOISY: {comparison.noise}" if comparison.noise else ""
    seen = "".join(f", {name} {value:.3g}" for name, value in more.items())
    return (
        f"{comparison.name}: {comparison.cpu_ms:.2f} CPU-ms, {verdict} {comparison.target_cpu_ms:g}; "
        f"÷ {comparison.reference} {statistics.median(ratios):.1f} ({min(ratios):.1f}-{max(ratios):.1f}){seen}{doubt}"
    )


def _medians(figures: Sequence[Figure]) -> dict[str, float]:
    return {name: statistics.median(figure.more[name] for figure in figures) for name in figures[0].more}


def keep(name: str, comparisons: Sequence[Comparison], **facts: Any) -> Path:
    """Write everything that was measured, noisy or not."""
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"{name}.json"
    content = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": {"cores": os.cpu_count(), "kind": platform.machine(), "python": platform.python_version()},
        "short": SHORT,
        **facts,
        "comparisons": [
            asdict(row) | {"ratio": statistics.median(row.ratios), "cpu_ms": row.cpu_ms, "noise": row.noise}
            for row in comparisons
        ],
    }
    path.write_text(json.dumps(content, indent=1) + "\n")
    return path
