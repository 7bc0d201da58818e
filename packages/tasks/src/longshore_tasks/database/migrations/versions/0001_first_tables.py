"""First tables: files, thumbnails, sent mails, reports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables."""
    _create_files()
    _create_thumbnails()
    _create_sent_mails()
    _create_reports()


def downgrade() -> None:
    """Drop the tables."""
    for table in ("reports", "sent_mails", "thumbnails", "files"):
        op.drop_table(table)


def _create_files() -> None:
    op.create_table(
        "files",
        sa.Column("id", sa.String(32), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("size_bytes", sa.Integer, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("storage_key", sa.String(255), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_files"),
        sa.UniqueConstraint("storage_key", name="uq_files_storage_key"),
    )
    op.create_index("ix_files_created_at", "files", ["created_at"])


def _create_thumbnails() -> None:
    op.create_table(
        "thumbnails",
        sa.Column("storage_key", sa.String(255), nullable=False),
        sa.Column("file_id", sa.String(32), nullable=False),
        sa.Column("box_width", sa.Integer, nullable=False),
        sa.Column("box_height", sa.Integer, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("size_bytes", sa.Integer, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("storage_key", name="pk_thumbnails"),
        sa.ForeignKeyConstraint(
            ["file_id"], ["files.id"], name="fk_thumbnails_file_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_thumbnails_file_id", "thumbnails", ["file_id"])
    op.create_index("ix_thumbnails_created_at", "thumbnails", ["created_at"])


def _create_sent_mails() -> None:
    op.create_table(
        "sent_mails",
        sa.Column("job_id", sa.String(255), nullable=False),
        sa.Column("message_id", sa.String(255), nullable=False),
        sa.Column("template", sa.String(50), nullable=False),
        sa.Column("recipients", sa.Integer, nullable=False),
        sa.Column("attachments", sa.Integer, nullable=False),
        sa.Column("begun_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("job_id", name="pk_sent_mails"),
    )
    op.create_index("ix_sent_mails_sent_at", "sent_mails", ["sent_at"])


def _create_reports() -> None:
    op.create_table(
        "reports",
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("until", sa.Date, nullable=False),
        sa.Column("csv_file_id", sa.String(32), nullable=False),
        sa.Column("html_file_id", sa.String(32), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_reports"),
    )
    op.create_index("ix_reports_created_at", "reports", ["created_at"])
