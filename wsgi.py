"""The only place that builds an app at import: for the web server and for `flask …`."""

from __future__ import annotations

import sys

from config import ConfigurationError, Settings
from intake.app import create_app, refuse_weak_servers
from intake.domain.errors import KnowledgeFaulty

try:
    settings = Settings.from_environment()
    app = create_app(settings)
    refuse_weak_servers(app, settings)
except (ConfigurationError, KnowledgeFaulty) as faults:
    print(faults)  # noqa: T201 nothing starts with faults; all of them are said at once
    sys.exit(1)
