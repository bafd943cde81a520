"""A CHECK constraint of an enumeration, renewed by a migration when the enumeration grows."""

from __future__ import annotations

from collections.abc import Iterable

from alembic import op
from sqlalchemy import CheckConstraint, inspect


def replace_check(table: str, column: str, values: Iterable[str]) -> None:
    """Allow exactly `values` in `column`. SQLite cannot change a constraint, so there the table is copied."""
    name = f"ck_{table}_{column}"
    found = inspect(op.get_bind()).get_check_constraints(table)
    checks = {str(check["name"]): str(check["sqltext"]) for check in found}
    checks[name] = f"{column} IN ({', '.join(repr(value) for value in values)})"
    if op.get_bind().dialect.name == "sqlite":
        kept = tuple(CheckConstraint(text, name=op.f(check)) for check, text in checks.items())
        with op.batch_alter_table(table, recreate="always", table_args=kept):
            return
    op.drop_constraint(name, table, type_="check")
    op.create_check_constraint(op.f(name), table, checks[name])
