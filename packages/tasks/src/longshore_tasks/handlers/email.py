"""The work of sending mail."""

from __future__ import annotations

from longshore.jobs import handles
from longshore_tasks.context import TaskContext
from longshore_tasks.database import SentMail
from longshore_tasks.database.models import now
from longshore_tasks.handlers.letter import compose, message_id
from longshore_tasks.jobs.email import SendEmail, SentEmail


@handles(SendEmail)
def send_email(job: SendEmail, context: TaskContext) -> SentEmail:
    """Send the mail unless the ledger says that this job did.

    SMTP knows no "exactly once": when a worker dies between the server's answer and the ledger's
    second entry, the mail goes out again under the same Message-ID.
    """
    entry = context.session.get(SentMail, context.attempt.job_id)
    if entry is None:
        entry = _begin(job, context)
    elif entry.sent_at is not None:
        return _told(entry, repeated=True)
    else:
        context.logger.warning("mail may go out twice", message_id=entry.message_id)
    _send(job, entry, context)
    return _told(entry, repeated=False)


def _begin(job: SendEmail, context: TaskContext) -> SentMail:
    entry = SentMail(
        job_id=context.attempt.job_id,
        message_id=message_id(context.attempt.job_id, context.settings.mail_from),
        template=job.template.value,
        recipients=len(job.to),
        attachments=len(job.attachments),
    )
    context.session.add(entry)
    return entry


def _send(job: SendEmail, entry: SentMail, context: TaskContext) -> None:
    letter = compose(job, entry.message_id, context)
    # The first entry is written before the mail goes out: a database that is away must be
    # noticed while nothing has been sent.
    context.session.commit()
    refused = context.mailer.send(letter)
    entry.sent_at = now()
    entry.recipients = len(job.to) - refused
    context.session.commit()
    if refused:
        context.logger.warning("mail refused for some recipients", refused=refused)


def _told(entry: SentMail, *, repeated: bool) -> SentEmail:
    return SentEmail(
        message_id=entry.message_id,
        recipients=entry.recipients,
        attachments=entry.attachments,
        repeated=repeated,
    )
