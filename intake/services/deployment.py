"""What the use cases of one running Qiao work with: its knowledge, its keys, and the world outside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flask import current_app

from intake.domain.knowledge import Knowledge
from intake.domain.languages import ENGLISH, Language
from intake.domain.meaning import Encoder
from intake.gateways.relay import Relay, RelayRecord
from intake.store.sealing import KeyRing


@dataclass(frozen=True, slots=True)
class Deployment:
    """`offered` are the complete languages, `known_languages` every tag that a patient may state.

    `encoder` loads the sentence encoder when it is first called: only processes that route with it pay for it.
    """

    knowledge: Knowledge
    keys: KeyRing
    offered: tuple[Language, ...]
    known_languages: frozenset[str]
    public_url: str
    mail_from: str
    desk_mail: str
    desk_language: Language
    duty_hospital: str
    lease: timedelta
    relay: Relay
    record: RelayRecord
    encoder: Callable[[], Encoder | None]
    wake: Callable[[Sequence[UUID]], None]

    def reader_language(self, tag: str) -> Language:
        """The offered language nearest to a tag: itself, its language without script or region, else English."""
        for wanted in (tag, tag.partition("-")[0]):
            for language in self.offered:
                if wanted in (language.tag, language.url):
                    return language
        return ENGLISH


def deployment() -> Deployment:
    """The deployment of the current application."""
    found: Deployment = current_app.extensions["qiao"]
    return found
