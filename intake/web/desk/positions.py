"""The place in the worklist as part of an address: an opaque text, refused when it is not ours."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from intake.domain.worklist import Rank
from intake.services.worklist import Position


def position_text(place: Position) -> str:
    return f"{place.rank}~{place.waiting_since.isoformat()}~{place.case_id.hex}"


def position(text: str | None) -> Position | None:
    """The place, or None (the first page) for anything that is not one."""
    try:
        rank, since, case_id = (text or "").split("~")
        return Position(int(Rank(int(rank))), datetime.fromisoformat(since), UUID(case_id))
    except ValueError:
        return None
