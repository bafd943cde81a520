"""What patients say is readable in its own place with its own key, and nowhere else (trust S-12, S-13)."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.exceptions import InvalidTag
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from intake.services.transaction import reading
from intake.store.base import db
from intake.store.sealing import KeyRing, Vault, WrappedKey, fingerprint
from tests.people import send

CASE, ROW = UUID(int=1), UUID(int=2)
OLD, NEW = bytes(range(32)), bytes(range(32, 64))
STORY = "血管瘤 – ورم وعائي – angiome"


@pytest.fixture
def ring() -> KeyRing:
    return KeyRing({"2026a": OLD})


@pytest.fixture
def vault(ring: KeyRing) -> Vault:
    return ring.new_vault(CASE)[0]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=50, derandomize=True)
@given(JSON)
def test_what_was_sealed_is_opened_as_it_was(value: Any) -> None:
    vault = Vault(OLD)
    assert vault.open("messages.body", ROW, vault.seal("messages.body", ROW, value)) == value


@pytest.mark.parametrize(("column", "row"), [("people.identity", ROW), ("messages.body", UUID(int=3))])
def test_a_value_moved_to_another_column_or_row_cannot_be_opened(vault: Vault, column: str, row: UUID) -> None:
    sealed = vault.seal("messages.body", ROW, STORY)
    with pytest.raises(InvalidTag):
        vault.open(column, row, sealed)


def test_the_key_of_another_case_opens_nothing(ring: KeyRing, vault: Vault) -> None:
    other, _ = ring.new_vault(CASE)
    with pytest.raises(InvalidTag):
        other.open("messages.body", ROW, vault.seal("messages.body", ROW, STORY))


def test_s14_a_single_changed_bit_shows(vault: Vault) -> None:
    sealed = vault.seal("messages.body", ROW, STORY)
    for place in range(len(sealed)):
        bent = bytearray(sealed)
        bent[place] ^= 1
        with pytest.raises(InvalidTag):
            vault.open("messages.body", ROW, bytes(bent))


def test_the_same_text_is_sealed_differently_each_time(vault: Vault) -> None:
    assert len({vault.seal("messages.body", ROW, STORY) for _ in range(100)}) == 100


def test_a_case_key_moved_to_another_case_cannot_be_unwrapped(ring: KeyRing) -> None:
    _, wrapped = ring.new_vault(CASE)
    with pytest.raises(InvalidTag):
        ring.vault(uuid4(), wrapped)


def test_s13_after_rotation_the_new_key_wraps_and_the_old_one_still_opens(ring: KeyRing, vault: Vault) -> None:
    before, wrapped = ring.new_vault(CASE)
    sealed = before.seal("messages.body", ROW, STORY)
    rotated = KeyRing({"2026a": OLD, "2026b": NEW})
    assert rotated.vault(CASE, wrapped).open("messages.body", ROW, sealed) == STORY
    assert rotated.new_vault(CASE)[1].ring_key == "2026b"
    assert rotated.seal("staff.totp", ROW, "secret").ring_key == "2026b"


def test_s13_links_and_codes_stay_what_they_are_when_a_key_is_added(ring: KeyRing) -> None:
    rotated = KeyRing({"2026a": OLD, "2026b": NEW})
    assert rotated.digest("access-link", CASE, "mail") == ring.digest("access-link", CASE, "mail")


def test_s13_a_key_that_was_removed_opens_nothing_any_more(ring: KeyRing) -> None:
    _, wrapped = ring.new_vault(CASE)
    with pytest.raises(KeyError):
        KeyRing({"2026b": NEW}).vault(CASE, wrapped)
    with pytest.raises(InvalidTag):
        KeyRing({"2026a": NEW}).vault(CASE, wrapped)


def test_a_staff_secret_opens_in_its_own_row_alone(ring: KeyRing) -> None:
    sealed = ring.seal("staff.totp", ROW, "JBSWY3DP")
    assert ring.open("staff.totp", ROW, sealed) == "JBSWY3DP"
    with pytest.raises(InvalidTag):
        ring.open("staff.totp", CASE, sealed)


def test_a_digest_depends_on_its_purpose_its_parts_and_their_borders(ring: KeyRing) -> None:
    digests = {
        ring.digest("return-code", "ab", "c"),
        ring.digest("return-code", "a", "bc"),
        ring.digest("access-link", "ab", "c"),
        ring.digest("return-code", "ab"),
        KeyRing({"2026a": NEW}).digest("return-code", "ab", "c"),
    }
    assert len(digests) == 5
    assert {len(digest) for digest in digests} == {32}


def test_a_wrapped_key_is_not_the_key(ring: KeyRing) -> None:
    vault, wrapped = ring.new_vault(CASE)
    assert isinstance(wrapped, WrappedKey)
    assert vault.key not in wrapped.wrapped
    assert fingerprint("token") != b"token"


def test_s12_nothing_that_a_patient_said_lies_readable_in_the_database(either_app: Flask) -> None:
    canaries = {
        "story": "canary-story",
        "patient": {"given_name": "Canaryfirst", "family_name": "Canarylast", "native_name": "金丝雀"},
        "contact": {"name": "Canaryname", "email": "canary@mail.example", "phone": "+65 2222 2222"},
        "travel": {"entry_port": "Canaryport"},
    }
    send(either_app, **canaries)
    kept = "\n".join(every_value(either_app))
    assert "health-data" in kept, "the search itself sees the rows"
    for canary in ("canary", "金丝雀", "2222 2222", "1980-05-04"):
        assert canary not in kept.lower()


def every_value(app: Flask) -> list[str]:
    with app.app_context(), reading() as session:
        tables = db.metadata.sorted_tables
        rows = [row for table in tables for row in session.execute(text(f"SELECT * FROM {table.name}"))]
    return [
        value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value) for row in rows for value in row
    ]
