"""A case as its one screen wants it: codes in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from itertools import groupby
from types import SimpleNamespace
from typing import Any

from flask_babel import gettext as _

from intake.domain.person import age_on
from intake.services.worklist import CaseView, JournalLine, full_name
from intake.web import filters
from intake.web.desk.decisions import DECISIONS
from intake.web.desk.proposals import marks, proposals
from intake.web.guards import now
from intake.web.words import ACTIONS, EVENTS


def case_screen(view: CaseView) -> SimpleNamespace:
    assessment = view.assessment
    return SimpleNamespace(
        id=view.row.id,
        number=view.row.number,
        stage=view.row.stage,
        version=view.version,
        alarm=view.row.alarm,
        follows_alarm=view.row.follows_alarm,
        screened=not view.row.not_screened,
        gate=view.row.gate,
        story=SimpleNamespace(text=view.story, language=view.row.language),
        marks=marks(view.story, assessment),
        flags=assessment.screening.flags if assessment else (),
        recommendation=assessment.recommendation if assessment else None,
        proposals=proposals(assessment),
        referral=view.referral,
        decisions=view.decisions,
        patient=SimpleNamespace(
            name=full_name(view.patient),
            native_name=view.patient.native_name,
            birth_date=view.patient.birth_date,
            age=age_on(view.patient.birth_date, now().date()),
            sex=view.patient.sex,
            nationality=view.patient.nationality,
            residence=view.patient.residence,
        ),
        contact=view.contact,
        email_verified=view.email_verified,
        facts=list(facts(view)),
        messages=view.messages,
        journal=[journal_line(next(same)) for _, same in groupby(view.journal, _who_read)],
        actions=[action for action in view.actions if action in DECISIONS],
        may_write=bool(view.actions),
    )


def facts(view: CaseView) -> Iterable[tuple[str, str]]:
    """What else the request says, as label and words; what was left open is left out."""
    yield _("Is now in"), filters.country(view.location)
    words: dict[str, tuple[str, Callable[[Any], str]]] = {
        "department": (_("Department wished for"), filters.department),
        "hospital": (_("Hospital wished for"), filters.hospital),
        "interpreter": (_("Interpreter"), filters.language_name),
        "arrive_from": (_("Earliest arrival"), _iso_day),
        "arrive_to": (_("Latest arrival"), _iso_day),
        "stay_days": (_("Days of stay"), str),
        "companions": (_("Companions"), str),
    }
    said = view.wishes | view.travel
    for key, (label, in_words) in words.items():
        if said.get(key):
            yield label, in_words(said[key])
    for consent in view.consents:
        text = _("version %(number)s", number=consent.text_version)
        yield _("Consent to the use of health data"), f"{text} · {filters.moment(consent.given_at)}"


def _iso_day(text: str) -> str:
    return filters.day(date.fromisoformat(text))


def _who_read(line: JournalLine) -> object:
    """Readings of one person in a row are one line; everything else stands for itself."""
    return (line.actor, line.by) if line.action == "read" else id(line)


def journal_line(line: JournalLine) -> dict[str, Any]:
    who = line.by or {"patient": _("patient's side"), "clock": _("automatic")}.get(line.actor, "")
    return {"at": line.at, "who": who, "action": EVENTS.get(line.action) or ACTIONS.get(line.action) or line.action}
