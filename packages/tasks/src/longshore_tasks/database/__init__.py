"""What the set remembers of files, thumbnails, mails and reports."""

from __future__ import annotations

from longshore_tasks.database.engine import create_engine
from longshore_tasks.database.migration import migrate
from longshore_tasks.database.models import Base, ReportRow, SentMail, StoredFile, ThumbnailRow

__all__ = [
    "Base",
    "ReportRow",
    "SentMail",
    "StoredFile",
    "ThumbnailRow",
    "create_engine",
    "migrate",
]
