"""Encryption of what patients say: AES-256-GCM, one key per case, bound to its place in the database.

The key ring (from the configuration) wraps the case keys. Destroying a case's key erases its texts (trust e-13).
A sealed value is nonce (12 bytes) + ciphertext + tag (16 bytes); the associated data is "table.column.row-id".
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


def _seal(key: bytes, plain: bytes, place: str) -> bytes:
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, place.encode())


def _open(key: bytes, sealed: bytes, place: str) -> bytes:
    return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place.encode())


def as_json(value: Any) -> str:
    """JSON of plain values, days, sets (sorted) and slotted dataclasses (by their fields)."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, frozenset):
        return sorted(value)
    return {field: getattr(value, field) for field in value.__slots__}


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A case key as stored: which key of the ring wraps it, and the wrapped bytes."""

    ring_key: str
    wrapped: bytes


@dataclass(frozen=True, slots=True)
class Vault:
    """Seals and opens the values of one case. Opening a value at another place than its own raises InvalidTag."""

    key: bytes

    def seal(self, column: str, row_id: UUID, value: Any) -> bytes:
        return _seal(self.key, as_json(value).encode(), f"{column}.{row_id}")

    def open(self, column: str, row_id: UUID, sealed: bytes) -> Any:
        return json.loads(_open(self.key, sealed, f"{column}.{row_id}"))


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys of this deployment, oldest first: the last one wraps, all of them unwrap."""

    keys: Mapping[str, bytes]

    @property
    def current(self) -> str:
        return next(reversed(list(self.keys)))

    def new_vault(self, case_id: UUID) -> tuple[Vault, WrappedKey]:
        key = secrets.token_bytes(32)
        ring_key = self.current
        return Vault(key), WrappedKey(ring_key, _seal(self.keys[ring_key], key, f"case_keys.wrapped.{case_id}"))

    def vault(self, case_id: UUID, wrapped: WrappedKey) -> Vault:
        return Vault(_open(self.keys[wrapped.ring_key], wrapped.wrapped, f"case_keys.wrapped.{case_id}"))

    def seal(self, column: str, row_id: UUID, value: str) -> WrappedKey:
        """Seal a short secret that belongs to no case (a staff member's TOTP secret)."""
        ring_key = self.current
        return WrappedKey(ring_key, _seal(self.keys[ring_key], value.encode(), f"{column}.{row_id}"))

    def open(self, column: str, row_id: UUID, sealed: WrappedKey) -> str:
        return _open(self.keys[sealed.ring_key], sealed.wrapped, f"{column}.{row_id}").decode()

    def digest(self, purpose: str, *parts: object, ring_key: str | None = None) -> bytes:
        """HMAC-SHA-256 of the parts under a key of its own for `purpose`; 32 bytes."""
        key = hmac.digest(self.keys[ring_key or next(iter(self.keys))], purpose.encode(), "sha256")
        return hmac.digest(key, json.dumps([str(part) for part in parts]).encode(), "sha256")


def fingerprint(secret: str) -> bytes:
    """SHA-256 of a secret of full entropy: what the database keeps instead of it."""
    return hashlib.sha256(secret.encode()).digest()
