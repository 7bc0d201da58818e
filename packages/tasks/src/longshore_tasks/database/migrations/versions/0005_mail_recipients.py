"""What the mail server answered for each recipient."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "mail_recipients",
        sa.Column("job_id", sa.String(255), nullable=False),
        sa.Column("address", sa.String(254), nullable=False),
        sa.Column("outcome", sa.String(20), nullable=False),
        sa.Column("reply", sa.String(255), nullable=False),
        sa.PrimaryKeyConstraint("job_id", "address", name="pk_mail_recipients"),
        sa.ForeignKeyConstraint(
            ["job_id"],
            ["sent_mails.job_id"],
            name="fk_mail_recipients_job_id",
            ondelete="CASCADE",
        ),
    )


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("mail_recipients")
