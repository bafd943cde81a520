"""Links, return codes and mailed codes: derived from the key ring, so that the database holds nothing usable."""

from __future__ import annotations

import base64
from uuid import UUID

from intake.domain.case_number import encode, grouped
from intake.store.sealing import KeyRing

RETURN_CODE_LENGTH = 16
MAILED_CODE_DIGITS = 8


def link_token(keys: KeyRing, case_id: UUID, purpose: str) -> str:
    """256 bits in 43 URL-safe characters; the same for every resend of the same mail."""
    return base64.urlsafe_b64encode(keys.digest("access-link", case_id, purpose)).rstrip(b"=").decode()


def return_code(keys: KeyRing, case_id: UUID) -> str:
    """80 bits in four groups of four characters, shown once after sending."""
    return grouped(encode(keys.digest("return-code", case_id), RETURN_CODE_LENGTH))


def address_token(keys: KeyRing, email: str | None) -> bytes | None:
    """A blind index: equal for equal addresses, and telling nothing without the key ring."""
    return keys.digest("address", email.casefold())[:16] if email else None


def mailed_code(keys: KeyRing, code_id: UUID) -> str:
    """Eight digits; 5 tries in 10 minutes make a guess succeed once in 20 million."""
    number = int.from_bytes(keys.digest("mailed-code", code_id)[:8], "big") % 10**MAILED_CODE_DIGITS
    return f"{number:0{MAILED_CODE_DIGITS}d}"
