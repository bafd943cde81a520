"""second look

Revision: 0003, after 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'


def upgrade() -> None:
    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.add_column(sa.Column('refined_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index('ix_cases_unrefined', ['submitted_at'], unique=False, sqlite_where=sa.text("refined_at IS NULL AND stage = 'submitted'"), postgresql_where=sa.text("refined_at IS NULL AND stage = 'submitted'"))


def downgrade() -> None:
    with op.batch_alter_table('cases', schema=None) as batch_op:
        batch_op.drop_index('ix_cases_unrefined', sqlite_where=sa.text("refined_at IS NULL AND stage = 'submitted'"), postgresql_where=sa.text("refined_at IS NULL AND stage = 'submitted'"))
        batch_op.drop_column('refined_at')

