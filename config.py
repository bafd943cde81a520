"""Settings: frozen, read once from the environment, every fault reported together.

Only intake.app, wsgi, workers and embedded import this module; everything below gets values.
docs/operations.md lists each variable; a test compares that page with `VARIABLES`.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent

VARIABLES: Mapping[str, str] = {
    "QIAO_PROFILE": "embedded (everything on one machine, for trying and developing) or production",
    "QIAO_DATA": "folder for all that is written; ./var by default",
    "PORT": "port of the web server in the embedded profile; 8000 by default",
    "PUBLIC_URL": "address under which patients reach Qiao; used in every link",
    "DATABASE_URL": "SQLAlchemy address; SQLite in QIAO_DATA by default, PostgreSQL in production",
    "REDIS_URL": "broker that wakes the workers; without it the sweeper alone delivers",
    "SMTP_HOST": "mail relay",
    "SMTP_PORT": "its port",
    "SMTP_USER": "user at the relay, when it asks for one",
    "SMTP_PASSWORD": "password at the relay",
    "SMTP_TLS": "none, starttls or tls; production refuses none except on loopback",
    "QIAO_MAIL_FROM": "sender address of every mail",
    "QIAO_DESK_MAIL": "address of a hospital's desk; {hospital} is replaced by the hospital's code",
    "QIAO_KEYS": 'key ring as JSON, {"2026a": "<32 bytes, base64>", …}; the last one seals, all of them open',
    "QIAO_LANGUAGES": "offered languages as tags, separated by commas; all complete ones by default",
    "QIAO_DESK_LANGUAGE": "language of the mails to the desks; zh-Hans by default",
    "QIAO_DUTY_HOSPITAL": "hospital whose desk takes cases that no hospital is proposed for; zju4h by default",
    "QIAO_LEASE_SECONDS": "how long a worker may keep a mail; must outlive the talk with the relay; 600 by default",
    "QIAO_SWEEP_SECONDS": "how often the sweeper looks for mails that were left behind; 15 by default",
}


class ConfigurationError(Exception):
    """All faults of the environment in one message."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("The configuration has faults:\n" + "\n".join(f"- {fault}" for fault in faults))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Settings:
    """What one process runs with. `keys` maps key id to 32 bytes; the last entry is the current key."""

    profile: str
    data_dir: Path
    public_url: str
    database_url: str
    broker_url: str | None
    smtp_host: str
    smtp_port: int
    smtp_user: str | None
    smtp_password: str | None
    smtp_tls: str
    mail_from: str
    desk_mail: str
    keys: Mapping[str, bytes]
    languages: tuple[str, ...] | None = None
    desk_language: str = "zh-Hans"
    duty_hospital: str = "zju4h"
    lease_seconds: float = 600.0
    sweep_seconds: float = 15.0

    @property
    def production(self) -> bool:
        return self.profile == "production"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read and check the environment. Raises ConfigurationError with every fault at once."""
        env = os.environ if environment is None else environment
        faults: list[str] = []
        env = {**_running_embedded(env), **env}
        profile = env.get("QIAO_PROFILE", "embedded")
        if profile not in ("embedded", "production"):
            raise ConfigurationError([f"QIAO_PROFILE: {profile!r} is neither embedded nor production"])
        data_dir = Path(env.get("QIAO_DATA", "var")).resolve()
        settings = cls(
            profile=profile,
            data_dir=data_dir,
            public_url=env.get("PUBLIC_URL", f"http://127.0.0.1:{env.get('PORT', '8000')}").rstrip("/"),
            database_url=env.get("DATABASE_URL", f"sqlite:///{data_dir / 'qiao.sqlite3'}"),
            broker_url=env.get("REDIS_URL") or None,
            smtp_host=env.get("SMTP_HOST", "127.0.0.1"),
            smtp_port=_port(env.get("SMTP_PORT", "2525"), faults),
            smtp_user=env.get("SMTP_USER") or None,
            smtp_password=env.get("SMTP_PASSWORD") or None,
            smtp_tls=env.get("SMTP_TLS", "none"),
            mail_from=env.get("QIAO_MAIL_FROM", "qiao@qiao.example"),
            desk_mail=env.get("QIAO_DESK_MAIL", "desk-{hospital}@qiao.example"),
            keys=_keys(env.get("QIAO_KEYS"), profile, data_dir, faults),
            languages=_languages(env.get("QIAO_LANGUAGES")),
            desk_language=env.get("QIAO_DESK_LANGUAGE", "zh-Hans"),
            duty_hospital=env.get("QIAO_DUTY_HOSPITAL", "zju4h"),
            lease_seconds=_seconds("QIAO_LEASE_SECONDS", env.get("QIAO_LEASE_SECONDS", "600"), faults),
            sweep_seconds=_seconds("QIAO_SWEEP_SECONDS", env.get("QIAO_SWEEP_SECONDS", "15"), faults),
        )
        faults += settings._faults(env) if settings.production else []
        if faults:
            raise ConfigurationError(faults)
        return settings

    def _faults(self, env: Mapping[str, str]) -> list[str]:
        """What production refuses: weak secrets, SQLite, no broker, open mail, plain http, example addresses."""
        host = urlsplit(self.public_url).hostname or ""
        checks = {
            "PUBLIC_URL: must begin with https://": self.public_url.startswith("https://"),
            "PUBLIC_URL: must not be a loopback address": host not in _LOOPBACK,
            "DATABASE_URL: must be postgresql+psycopg://…; SQLite is for the embedded profile": (
                self.database_url.startswith("postgresql+psycopg://")
            ),
            "REDIS_URL: a broker of its own is needed": self.broker_url is not None,
            "SMTP_HOST: name the relay; the mail catcher is for the embedded profile": "SMTP_HOST" in env,
            "SMTP_TLS: must be starttls or tls unless the relay is on this machine": (
                self.smtp_tls in ("starttls", "tls") or (self.smtp_tls == "none" and self.smtp_host in _LOOPBACK)
            ),
            "QIAO_LEASE_SECONDS: below 600 a slow relay may get a mail twice": self.lease_seconds >= 600,
            "QIAO_MAIL_FROM: name the sender's address": "QIAO_MAIL_FROM" in env,
            "QIAO_DESK_MAIL: name the desks' addresses": "QIAO_DESK_MAIL" in env,
        }
        return [fault for fault, fine in checks.items() if not fine]


_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def _running_embedded(env: Mapping[str, str]) -> dict[str, str]:
    """Where broker and relay of a running embedded instance are, for commands in another shell."""
    path = Path(env.get("QIAO_DATA", "var")) / "run" / "addresses.json"
    if env.get("QIAO_PROFILE", "embedded") != "embedded" or not path.exists():
        return {}
    found: dict[str, str] = json.loads(path.read_text())
    return found


def _port(text: str, faults: list[str]) -> int:
    if text.isdecimal() and 0 < int(text) < 65536:
        return int(text)
    faults.append(f"SMTP_PORT: {text!r} is no port")
    return 0


def _seconds(name: str, text: str, faults: list[str]) -> float:
    with contextlib.suppress(ValueError):
        if 0 < (seconds := float(text)) < 86_400:
            return seconds
    faults.append(f"{name}: {text!r} is no number of seconds within a day")
    return 0.0


def _languages(text: str | None) -> tuple[str, ...] | None:
    return tuple(tag.strip() for tag in text.split(",") if tag.strip()) if text else None


def _keys(text: str | None, profile: str, data_dir: Path, faults: list[str]) -> dict[str, bytes]:
    if text is None and profile == "embedded":
        text = _embedded_keys(data_dir / "keys.json")
    try:
        keys = {name: base64.b64decode(value, validate=True) for name, value in json.loads(text or "{}").items()}
    except (ValueError, binascii.Error, AttributeError, TypeError):
        faults.append("QIAO_KEYS: not a JSON object of base64 texts")
        return {}
    if not keys:
        faults.append("QIAO_KEYS: at least one key is needed")
    for name, value in keys.items():
        if len(value) != 32 or len(set(value)) < 12:
            faults.append(f"QIAO_KEYS: key {name!r} must be 32 random bytes")
    return keys


def _embedded_keys(path: Path) -> str:
    """The key ring of the embedded profile, made once and readable by its owner alone."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        ring = json.dumps({"embedded": base64.b64encode(secrets.token_bytes(32)).decode()})
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(ring)
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)  # the first of several processes wins, the others read its ring
        draft.unlink()
    return path.read_text()
