"""The stage entered-in-error.

Revision: 0002, after 0001
"""

from __future__ import annotations

from alembic import op

from intake.store.checks import replace_check

revision = "0002"
down_revision = "0001"

STAGES = (
    "draft submitted in-triage awaiting-patient referred accepted offered arranging-travel scheduled in-care follow-up "
    "closed withdrawn not-accepted"
).split()


def upgrade() -> None:
    replace_check("cases", "stage", [*STAGES, "entered-in-error"])


def downgrade() -> None:
    op.execute("UPDATE cases SET stage = 'withdrawn' WHERE stage = 'entered-in-error'")
    replace_check("cases", "stage", STAGES)
