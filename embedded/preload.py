"""`python -m embedded.preload APPLICATION SERVER ARGUMENT…` loads the application before the server forks its workers.

The workers share its memory and start without loading it again. What is frozen the garbage collector never visits, so
it neither takes time nor gives each worker a copy of its own of the pages.
"""

from __future__ import annotations

import gc
import importlib
import sys

from embedded import leash


def run(application: str, server: str, arguments: list[str]) -> None:
    """Serve in this process. A connection that the application opened while it loads would be shared by the forks."""
    importlib.import_module(application)
    gc.collect()
    gc.freeze()
    leash.run(server, arguments)


if __name__ == "__main__":
    run(sys.argv[1], sys.argv[2], sys.argv[3:])
