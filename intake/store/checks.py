"""A CHECK constraint of an enumeration, renewed by a migration when the enumeration grows."""

from __future__ import annotations

from collections.abc import Iterable

from alembic import op


def replace_check(table: str, column: str, values: Iterable[str]) -> None:
    """Allow exactly `values` in `column`."""
    name = op.f(f"ck_{table}_{column}")
    with op.batch_alter_table(table) as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, f"{column} IN ({', '.join(repr(value) for value in values)})")
