"""The word tables as they stand after checking, kept beside the data so that a start need not read them word by word.

Reading, folding and checking some 200,000 terms takes seconds; what comes of it is a few megabytes. The file carries
the digest of the tables, of the codes they name and of the code that reads them: when one changes it is made anew.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

from intake.domain import lexicon, matching, red_flags, term_tables, text

CODE = b"".join(Path(str(module.__file__)).read_bytes() for module in (lexicon, matching, red_flags, term_tables, text))
"""Read when this module is, so that it is the code that runs and not what an editor has saved since."""


class Saved(Protocol):
    def saved(self) -> dict[str, Any]:
        """JSON of the whole; the class restores itself from it."""


Words = TypeVar("Words", bound=Saved)


def read_through(
    folder: Path, name: str, restore: Callable[[Any], Words], build: Callable[[], Words | None]
) -> Words | None:
    """What was kept for these very tables, else what `build` makes of them; None (with faults noted) is not kept."""
    path, digest = folder / "compiled" / f"{name}.json", _digest(folder / name)
    absent_torn_or_of_another_make = OSError, ValueError, KeyError, TypeError, RuntimeError
    with contextlib.suppress(*absent_torn_or_of_another_make):
        kept = json.loads(path.read_bytes())
        if kept["digest"] == digest:
            return restore(kept["words"])
    words = build()
    if words is not None:
        with contextlib.suppress(OSError):  # a folder that cannot be written costs time and nothing else
            _keep(path, {"digest": digest, "words": words.saved()})
    return words


def _digest(folder: Path) -> str:
    digest = hashlib.sha256()
    codes = (folder.parent / "departments.toml", folder.parent / "network.toml")
    digest.update(CODE)
    for path in (*sorted(folder.glob("*.toml")), *codes):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def _keep(path: Path, content: dict[str, Any]) -> None:
    path.parent.mkdir(exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps(content, separators=(",", ":")))
    draft.replace(path)
