"""A second look at a proposal, with the sentence encoder, by a worker.

The web processes stay small: they propose by the lexicon alone, within the request. Until a person has taken the case
up, a worker may better that proposal; afterwards nothing changes any more under anybody's hands.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from intake.domain.access import CLOCK
from intake.domain.lifecycle import Stage
from intake.domain.routing import Candidate, RoutingInput
from intake.domain.service_request import Wishes
from intake.services.assessment import Assessment, assess
from intake.services.correspondence import owe
from intake.services.deployment import Deployment
from intake.services.submission import routing_input, store_proposal
from intake.services.transaction import reading, transaction
from intake.store import cases, claims, people
from intake.store.cases import Case
from intake.store.journal import record

BATCH = 20


def refine_waiting(deployment: Deployment) -> int:
    """Look again at the new cases that nobody has looked at twice; returns at how many."""
    with reading() as session:
        waiting = cases.unrefined(session, BATCH)
    for case_id in waiting:
        refine(deployment, case_id)
    return len(waiting)


def refine(deployment: Deployment, case_id: UUID) -> None:
    """One second look. Without an encoder it only notes that there is nothing to add."""
    encoder = deployment.encoder()
    with reading() as session:
        asked, now = _asked(session, deployment, case_id), claims.database_now(session)
    assessment = assess(asked, deployment.knowledge, encoder) if encoder else None
    with transaction() as session:
        case = claims.lock_case(session, case_id)
        if case is None or case.refined_at is not None or case.stage != Stage.SUBMITTED:
            return
        case.refined_at = now
        best = assessment.best if assessment else None
        if assessment and best and case.alarm is None:
            _better(session, deployment, case, assessment, best, now)


def _asked(session: Session, deployment: Deployment, case_id: UUID) -> RoutingInput:
    case = session.get_one(Case, case_id)
    vault = cases.vault_of(session, deployment.keys, case_id)
    details = cases.details_of(session, vault, case_id)
    patient = people.patient_from(people.identity_of(vault, people.person_of(session, case_id, "patient")))
    wishes = Wishes(**details["wishes"])
    return routing_input(details["story"], case.language, patient, details["location"], wishes, case.submitted_at)


def _better(
    session: Session, deployment: Deployment, case: Case, assessment: Assessment, best: Candidate, now: datetime
) -> None:
    vault = cases.vault_of(session, deployment.keys, case.id)
    store_proposal(session, vault, case.id, assessment, now)
    case.human_first = assessment.recommendation.human_first
    case.proposed_department, case.proposed_hospital = best.department, best.hospital
    record(session, case.id, CLOCK, "proposal-refined", now, department=best.department, hospital=best.hospital)
    if best.hospital is not None and best.hospital != case.desk:
        case.desk = best.hospital
        owe(session, deployment, case.id, "desk-new-case", f"for-{best.hospital}", now)
