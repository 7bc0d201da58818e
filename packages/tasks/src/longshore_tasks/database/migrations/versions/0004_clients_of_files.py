"""Whose a file is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; a file that was stored before is nobody's."""
    op.add_column("files", sa.Column("client", sa.String(600), nullable=True))


def downgrade() -> None:
    """Drop the column."""
    op.drop_column("files", "client")
