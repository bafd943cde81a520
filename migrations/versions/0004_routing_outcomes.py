"""routing outcomes

Revision: 0004, after 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'


def upgrade() -> None:
    op.create_table('routing_outcomes',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('language', sa.String(length=12), nullable=False),
    sa.Column('proposed', sa.String(length=40), nullable=False),
    sa.Column('confirmed', sa.String(length=40), nullable=False),
    sa.Column('term', sa.String(length=40), nullable=True),
    sa.Column('weight', sa.Double(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_routing_outcomes'))
    )


def downgrade() -> None:
    op.drop_table('routing_outcomes')
