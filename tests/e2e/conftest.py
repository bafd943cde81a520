"""A real browser before a real Qiao: web, worker, broker and mail catcher all run."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.e2e.people import Coordinator
from tests.instance import Qiao
from tests.servers import missing

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def qiao(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Qiao]:
    instance = Qiao(tmp_path_factory.mktemp("e2e") / "data")
    with instance.started():
        assert instance.answers(), instance.said.read_text()
        yield instance


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, CHROMIUM)), None) or missing("A browser (Debian package chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def lead(qiao: Qiao, browser: Browser) -> Coordinator:
    """A network lead, signed in at the desk in English."""
    return Coordinator(qiao, browser).signs_up("lead@hospital.example", "network-lead")


@pytest.fixture(scope="session")
def pictures() -> Path | None:
    """Where screenshots go when somebody wants to look: SCREENSHOTS=folder make test."""
    wanted = os.environ.get("SCREENSHOTS")
    if wanted is None:
        return None
    Path(wanted).mkdir(parents=True, exist_ok=True)
    return Path(wanted)
