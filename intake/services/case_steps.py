"""One step of a case: find it for this actor, check the table, move it, write the journal."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain.access import Actor, may_see
from intake.domain.errors import NotFound, StaleVersion
from intake.domain.lifecycle import ENDED, Stage, target
from intake.domain.worklist import ANSWER_WITHIN, Rank, rank
from intake.store.cases import Case
from intake.store.claims import lock_case
from intake.store.journal import record


def case_for(session: Session, actor: Actor, case_id: UUID) -> Case:
    """The case, if it is this actor's to see. Raises NotFound, the same for absent and foreign ones."""
    case = session.get(Case, case_id)
    if case is None or not may_see(actor, case.id, case.desk):
        raise NotFound("no such case")
    return case


def locked_case(session: Session, actor: Actor, case_id: UUID, version: int | None = None) -> Case:
    """The case, locked for a change. Raises NotFound, or StaleVersion when the actor looked at an older one."""
    case = lock_case(session, case_id)
    if case is None or not may_see(actor, case.id, case.desk):
        raise NotFound("no such case")
    if version is not None and version != case.version:
        raise StaleVersion("the case has changed since the page was opened")
    return case


def step(
    session: Session, case: Case, actor: Actor, action: str, now: datetime, **detail: str | int | bool | None
) -> None:
    """Do one action of the life-cycle table. Raises ActionNotAllowed."""
    before = Stage(case.stage)
    after = target(before, action, actor.life_cycle_role)
    case.stage = after
    if after in ENDED:
        case.ended_at = now
    place_on_worklist(case, now)
    record(session, case.id, actor, action, now, **{"from": before.value, "to": after.value}, **detail)


def place_on_worklist(case: Case, now: datetime, *, unread: bool = False) -> None:
    """Put the case where the desk will look for it; waiting, and the promise of an answer, begin with the turn."""
    alarm = case.alarm is not None or case.follows_alarm is not None
    before, case.rank = case.rank, rank(Stage(case.stage), alarm=alarm, screened=case.screened, unread=unread)
    if (before == Rank.OTHERS) != (case.rank == Rank.OTHERS):
        case.waiting_since = now
        case.answer_by = now + ANSWER_WITHIN
