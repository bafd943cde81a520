"""Case numbers and return codes: letters and digits that survive the telephone and handwriting."""

from __future__ import annotations

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O, U."""

_READ_AS = str.maketrans({"I": "1", "L": "1", "O": "0", "U": "V", "-": None, " ": None, "\u00a0": None, "\0": None})


def encode(raw: bytes, length: int) -> str:
    """The first `length` characters of `raw` in base 32, five bits each."""
    bits = int.from_bytes(raw, "big") >> (len(raw) * 8 - length * 5)
    return "".join(ALPHABET[bits >> 5 * place & 31] for place in range(length - 1, -1, -1))


def grouped(code: str, size: int = 4) -> str:
    return "-".join(code[start : start + size] for start in range(0, len(code), size))


def read(typed: str) -> str:
    """What somebody typed, as it was meant: case, dashes, spaces and look-alike letters do not matter."""
    return typed.strip().upper().translate(_READ_AS)


def case_number(raw: bytes) -> str:
    """`Q` and eight characters (40 bits) from five random bytes, shown as Q-XXXX-XXXX."""
    return f"Q-{grouped(encode(raw, 8))}"


def case_number_as_typed(typed: str) -> str:
    """The case number that was meant; the leading Q may be missing."""
    code = read(typed)
    return f"Q-{grouped(code.removeprefix('Q') if len(code) > 8 else code)}"
