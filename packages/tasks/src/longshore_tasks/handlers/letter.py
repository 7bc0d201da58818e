"""A mail as it is handed to the server."""

from __future__ import annotations

import re
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from longshore.errors import Permanent
from longshore_tasks.context import TaskContext
from longshore_tasks.database import StoredFile
from longshore_tasks.database.models import now
from longshore_tasks.handlers.templating import render
from longshore_tasks.jobs.email import MAX_ATTACHMENT_BYTES, SendEmail
from longshore_tasks.stored import find_file, read_file

MAX_SUBJECT = 200


class AttachmentsTooLarge(Permanent):
    """The attachments of one mail are larger together than a mail server takes."""


def message_id(job_id: str, sender: str) -> str:
    """Return the Message-ID (RFC 5322, 3.6.4) of a job's mail, the same for every attempt."""
    domain = parseaddr(sender)[1].rpartition("@")[2] or "longshore.example"
    return f"<{re.sub(r'[^A-Za-z0-9.-]', '-', job_id)}@{domain}>"


def compose(job: SendEmail, identity: str, context: TaskContext) -> EmailMessage:
    """Return the mail with both its parts and its attachments.

    Raises ContextIncomplete, FileMissing or AttachmentsTooLarge.
    """
    letter = _envelope(job, identity, context)
    letter.set_content(_part(job, "txt"))
    letter.add_alternative(_part(job, "html"), subtype="html")
    for row in _attachments(job, context):
        kind, _, subtype = row.media_type.partition("/")
        content = read_file(context.storage, row)
        letter.add_attachment(content, maintype=kind, subtype=subtype, filename=row.name)
    return letter


def _envelope(job: SendEmail, identity: str, context: TaskContext) -> EmailMessage:
    letter = EmailMessage()
    letter["From"] = context.settings.mail_from
    letter["To"] = ", ".join(job.to)
    # A line break in a header would begin the next one.
    letter["Subject"] = " ".join(_part(job, "subject").split())[:MAX_SUBJECT]
    letter["Message-ID"] = identity
    letter["Date"] = format_datetime(now())
    if job.reply_to:
        letter["Reply-To"] = job.reply_to
    return letter


def _part(job: SendEmail, kind: str) -> str:
    return render(f"email/{job.template}.{kind}", job.context)


def _attachments(job: SendEmail, context: TaskContext) -> list[StoredFile]:
    rows = [find_file(context.session, file_id) for file_id in job.attachments]
    total = sum(row.size_bytes for row in rows)
    if total > MAX_ATTACHMENT_BYTES:
        message = f"attachments: {total} bytes together, more than {MAX_ATTACHMENT_BYTES}"
        raise AttachmentsTooLarge(message)
    return rows
