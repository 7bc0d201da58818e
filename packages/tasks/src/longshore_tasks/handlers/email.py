"""The work of sending mail."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from longshore.jobs import handles
from longshore_tasks.context import TaskContext
from longshore_tasks.database import MailRecipient, SentMail
from longshore_tasks.database.models import now
from longshore_tasks.handlers.letter import compose, message_id
from longshore_tasks.jobs.email import Outcome, Recipient, SendEmail, SentEmail
from longshore_tasks.mailer import MailRefused, MailUnavailable, Refusal

Rows = Sequence[MailRecipient]


@handles(SendEmail)
def send_email(job: SendEmail, context: TaskContext) -> SentEmail:
    """Send the mail to each recipient whom the ledger does not say that this job did.

    SMTP knows no "exactly once": when a worker dies between the server's answer and the ledger's
    second entry, the mail goes out again under the same Message-ID.

    Raises MailUnavailable while the server puts somebody off, MailRefused when it took nobody.
    """
    entry = context.session.get(SentMail, context.attempt.job_id) or _begin(job, context)
    rows = _recipients(job, entry, context)
    if entry.sent_at is not None:
        return _result(entry, rows, repeated=True)
    _send(job, entry, rows, context)
    return _result(entry, rows, repeated=False)


def _begin(job: SendEmail, context: TaskContext) -> SentMail:
    entry = SentMail(
        job_id=context.attempt.job_id,
        message_id=message_id(context.attempt.job_id, context.settings.mail_from),
        template=job.template.value,
        recipients=0,
        attachments=len(job.attachments),
    )
    context.session.add(entry)
    # A recipient's row refers to it.
    context.session.flush()
    _add(job.to, Outcome.PUT_OFF, entry, context)
    return entry


def _recipients(job: SendEmail, entry: SentMail, context: TaskContext) -> Rows:
    mine = select(MailRecipient).where(MailRecipient.job_id == entry.job_id)
    known = {row.address: row for row in context.session.scalars(mine)}
    if not known and entry.sent_at is None:
        # Begun by a release that kept no outcomes.
        known = _add(job.to, Outcome.SENDING, entry, context)
    return list(known.values())


def _add(
    to: Sequence[str], outcome: Outcome, entry: SentMail, context: TaskContext
) -> dict[str, MailRecipient]:
    rows = {
        address: MailRecipient(job_id=entry.job_id, address=address, outcome=outcome, reply="")
        for address in to
    }
    context.session.add_all(rows.values())
    return rows


def _send(job: SendEmail, entry: SentMail, rows: Rows, context: TaskContext) -> None:
    letter = compose(job, entry.message_id, context)
    # Everybody was refused when nobody is left: a person replays the job.
    left = [row for row in rows if row.outcome in {Outcome.SENDING, Outcome.PUT_OFF}] or rows
    if any(row.outcome == Outcome.SENDING for row in left):
        context.logger.warning("mail may go out twice", message_id=entry.message_id)
    for row in left:
        row.outcome = Outcome.SENDING
    # The first entry is written before the mail goes out: a database that is away must be
    # noticed while nothing has been sent.
    context.session.commit()
    _note(left, context.mailer.send(letter, [row.address for row in left]))
    sent = [row for row in rows if row.outcome == Outcome.SENT]
    put_off = [row for row in rows if row.outcome == Outcome.PUT_OFF]
    entry.recipients = len(sent)
    if sent and not put_off:
        entry.sent_at = now()
    context.session.commit()
    if put_off:
        raise MailUnavailable(f"the mail server put off {_named(put_off)}")
    refused = [row for row in rows if row.outcome == Outcome.REFUSED]
    if not sent:
        raise MailRefused(f"the mail server refused {_named(refused)}")
    if refused:
        context.logger.warning("mail refused for some recipients", refused=len(refused))


def _note(rows: Rows, refusals: Mapping[str, Refusal]) -> None:
    for row in rows:
        refusal = refusals.get(row.address)
        if refusal is None:
            row.outcome, row.reply = Outcome.SENT, ""
        else:
            row.outcome = Outcome.PUT_OFF if refusal.temporary else Outcome.REFUSED
            row.reply = str(refusal)


def _named(rows: Rows) -> str:
    return ", ".join(f"{row.address} ({row.reply})" for row in rows)


def _result(entry: SentMail, rows: Rows, *, repeated: bool) -> SentEmail:
    return SentEmail(
        message_id=entry.message_id,
        recipients=entry.recipients,
        attachments=entry.attachments,
        repeated=repeated,
        outcomes=tuple(
            Recipient(address=row.address, outcome=Outcome(row.outcome), reply=row.reply)
            for row in sorted(rows, key=lambda row: row.address)
        ),
    )
