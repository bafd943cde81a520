"""Texts of safety and law, in the reader's language and with the numbers of the place where the patient is."""

from __future__ import annotations

from dataclasses import dataclass

from intake.domain.knowledge import Knowledge
from intake.domain.languages import Language
from intake.domain.red_flags import Alarm
from intake.rendering.localisation import country_name


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do now. `number` calls an ambulance where the patient is; None when no source was found."""

    text: str
    number: str | None
    alarm: Alarm


def safety_text(knowledge: Knowledge, code: str, language: Language) -> str:
    return knowledge.safety_texts[code].texts[language.tag]


def advice(knowledge: Knowledge, alarm: Alarm, location: str, language: Language) -> Advice:
    """Fixed wording without a symptom (trust C-2); `location` is an ISO alpha-3 country."""
    number = knowledge.ambulance(location)
    code = f"{alarm.value}-advice" if number else f"{alarm.value}-advice-unknown-number"
    country = country_name(knowledge.countries[location].alpha2, language)
    text = safety_text(knowledge, code, language)
    return Advice(text % {"local_number": number, "country": country} if "%(" in text else text, number, alarm)
