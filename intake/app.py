"""Puts the web side together: settings in, a Flask application out."""

from __future__ import annotations

import logging
import os
from datetime import timedelta
from functools import cache, partial
from pathlib import Path

from babel import Locale
from flask import Flask

from config import ConfigurationError, Settings
from intake import cli
from intake.domain.knowledge import Knowledge
from intake.domain.languages import BY_TAG, ENGLISH, LANGUAGES, Language
from intake.gateways.encoder import load_encoder
from intake.gateways.knowledge import load_knowledge
from intake.gateways.queue import Waker
from intake.gateways.relay import CatcherRecord, NoRecord, SmtpRelay
from intake.rendering.localisation import CATALOGUES
from intake.services import schema
from intake.services.deployment import Deployment
from intake.services.durability import durability_faults
from intake.store.base import db
from intake.store.sealing import KeyRing
from intake.web import entrance, errors, filters, guards, headers, locale
from intake.web.desk import desk
from intake.web.mailbox import mailbox
from intake.web.portal.views import portal
from intake.web.public.views import public

DATA = Path(__file__).resolve().parent / "data"
LARGEST_REQUEST = 1024 * 1024


def create_app(settings: Settings, deployment: Deployment | None = None) -> Flask:
    """The application of these settings; tests may hand over their own deployment."""
    app = Flask("intake")
    keys = KeyRing(settings.keys)
    app.config.update(
        SECRET_KEY=keys.digest("cookies"),
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS={
            "hide_parameters": True,  # an error of the database must not quote what somebody typed (trust S-12)
            "pool_pre_ping": not settings.database_url.startswith("sqlite"),
        },
        MAX_CONTENT_LENGTH=LARGEST_REQUEST,
        MAX_FORM_MEMORY_SIZE=LARGEST_REQUEST,
        MAX_FORM_PARTS=200,
        SESSION_COOKIE_NAME="__Host-qiao" if settings.production else "qiao",
        SESSION_COOKIE_SECURE=settings.production,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        WTF_CSRF_TIME_LIMIT=None,  # bound to the browser session, which ends sooner
        WTF_CSRF_SSL_STRICT=False,  # asks for a referrer, which our pages never send; guards checks the origin
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=365),
        PRODUCTION=settings.production,
        DATA_DIR=str(settings.data_dir),
        SWEEP_SECONDS=settings.sweep_seconds,
    )
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    app.extensions["qiao"] = deployment or build_deployment(settings, keys)
    db.init_app(app)
    if os.environ.get("FLASK_RUN_FROM_CLI"):
        schema.start(app)
    for part in (locale, filters, headers, errors, guards):
        part.start(app)
    for blueprint in (entrance.entrance, public, portal, desk):
        app.register_blueprint(blueprint)
    if not settings.production:
        app.register_blueprint(mailbox)
    cli.start(app)
    return app


def refuse_weak_servers(app: Flask, settings: Settings) -> None:
    """Production does not start on a database or broker that forgets. Raises ConfigurationError with every fault."""
    if not settings.production:
        return
    with app.app_context():
        faults = durability_faults(settings.broker_url)
    if faults:
        raise ConfigurationError(faults)


def build_deployment(settings: Settings, keys: KeyRing, knowledge: Knowledge | None = None) -> Deployment:
    """The real world of these settings; `knowledge` spares the loading where it was loaded before."""
    helo = settings.mail_from.rpartition("@")[2]
    relay = SmtpRelay(
        settings.smtp_host, settings.smtp_port, settings.smtp_tls, settings.smtp_user, settings.smtp_password, helo
    )
    offered = offered_languages(settings.languages)
    return Deployment(
        knowledge=knowledge or load_knowledge(DATA),
        keys=keys,
        offered=offered,
        known_languages=frozenset(str(tag).replace("_", "-") for tag in Locale("en").languages) | frozenset(BY_TAG),
        public_url=settings.public_url,
        mail_from=settings.mail_from,
        desk_mail=settings.desk_mail,
        desk_language=next((row for row in offered if row.tag == settings.desk_language), ENGLISH),
        duty_hospital=settings.duty_hospital,
        lease=timedelta(seconds=settings.lease_seconds),
        relay=relay,
        record=NoRecord() if settings.production else CatcherRecord(settings.data_dir / "mail"),
        encoder=cache(partial(load_encoder, DATA)),
        wake=Waker(settings.broker_url),
    )


def offered_languages(wanted: tuple[str, ...] | None) -> tuple[Language, ...]:
    """Complete ∩ configured. A catalogue is compiled only when it is complete, so a compiled one is a complete one."""
    offered = []
    for language in LANGUAGES:
        complete = language is ENGLISH or (CATALOGUES / language.catalogue / "LC_MESSAGES/messages.mo").exists()
        if complete and (wanted is None or language.tag in wanted):
            offered.append(language)
        elif wanted is not None and language.tag in wanted:
            logging.getLogger(__name__).error("language %s is not complete and not offered", language.tag)
    return tuple(offered)
