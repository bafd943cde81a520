"""`python -m embedded`: the whole product on this machine until Ctrl-C (make run)."""

from __future__ import annotations

import os
import signal
import sys

from config import ConfigurationError, Settings
from embedded import leash
from embedded.migration import MigrationFailed
from embedded.supervisor import Refusal, serve


def main(arguments: list[str]) -> int:
    """Serve, or say in a sentence why not. With --follow-parent the end of `make` ends everything too."""
    if "--follow-parent" in arguments:
        leash.follow(os.getppid(), signal.SIGTERM)
    os.umask(0o077)  # whatever is written holds patients' data: its owner alone may read it
    try:
        settings = Settings.from_environment()
        if settings.production:
            raise Refusal("This starts the embedded profile; docs/operations.md tells how to run in production.")
        serve(settings, _port(os.environ.get("PORT", "8000")), os.environ)
    except (Refusal, ConfigurationError, MigrationFailed, PermissionError) as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


def _port(text: str) -> int:
    if not (text.isdecimal() and 0 < int(text) < 65536):
        raise Refusal(f"PORT: {text!r} is no port")
    return int(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
