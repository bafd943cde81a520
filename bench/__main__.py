"""Runs the named benchmarks, or all of them.

BENCH_SHORT=1 takes a quick look; BENCH_ANYWAY=1 prints the figures of a noisy run too.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from bench import form_get, form_post, start

BENCHMARKS = {"form-get": form_get.run, "form-post": form_post.run, "start": start.run}


def main(names: list[str]) -> None:
    if unknown := set(names) - set(BENCHMARKS):
        sys.exit(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    for name in names or BENCHMARKS:
        with tempfile.TemporaryDirectory(prefix="qiao-bench-") as folder:
            BENCHMARKS[name](Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:] or os.environ.get("BENCH", "").split())
