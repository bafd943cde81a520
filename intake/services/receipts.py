"""The page after sending: the case number, and once the return code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from intake.domain.languages import Language
from intake.domain.red_flags import Alarm
from intake.rendering.safety import Advice, advice
from intake.services.access_codes import link_token, return_code
from intake.services.deployment import Deployment
from intake.services.transaction import reading
from intake.store import cases, people
from intake.store.cases import Case


@dataclass(frozen=True, slots=True)
class ReceiptPage:
    """`return_code` is None once the person said that it is noted; `link` is also behind the QR picture."""

    number: str
    return_code: str | None
    link: str
    answer_by: datetime
    email: str | None
    advice: Advice | None


def receipt_page(deployment: Deployment, case_id: UUID, language: Language, *, noted: bool) -> ReceiptPage | None:
    """The receipt of a case that this browser has just sent; None when the case is gone."""
    with reading() as session:
        case = session.get(Case, case_id)
        if case is None:
            return None
        vault = cases.vault_of(session, deployment.keys, case_id)
        email = people.email_of(session, vault, case_id)
        location = cases.details_of(session, vault, case_id)["location"]
        token = link_token(deployment.keys, case_id, "receipt")
        return ReceiptPage(
            number=case.number,
            return_code=None if noted else return_code(deployment.keys, case_id),
            link=f"{deployment.public_url}/{language.url}/case/{token}/",
            answer_by=case.answer_by,
            email=email,
            advice=advice(deployment.knowledge, Alarm(case.alarm), location, language) if case.alarm else None,
        )
