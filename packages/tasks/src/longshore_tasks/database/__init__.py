"""What the set remembers: files, thumbnails, mails, reports; who may do what; an outbox."""

from __future__ import annotations

from longshore_tasks.database.api_keys import ApiKeyRow
from longshore_tasks.database.audit import AuditRow
from longshore_tasks.database.engine import create_engine
from longshore_tasks.database.migration import migrate
from longshore_tasks.database.models import (
    Base,
    MailRecipient,
    ReportRow,
    SentMail,
    StoredFile,
    ThumbnailRow,
)
from longshore_tasks.database.outbox import OutboxRow, OutboxSession

__all__ = [
    "ApiKeyRow",
    "AuditRow",
    "Base",
    "MailRecipient",
    "OutboxRow",
    "OutboxSession",
    "ReportRow",
    "SentMail",
    "StoredFile",
    "ThumbnailRow",
    "create_engine",
    "migrate",
]
