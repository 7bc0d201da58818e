from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from longshore_tasks.context import TaskContext
from longshore_tasks.database import MailRecipient, SentMail
from longshore_tasks.handlers.email import send_email
from longshore_tasks.handlers.letter import AttachmentsTooLarge, message_id
from longshore_tasks.handlers.templating import ContextIncomplete
from longshore_tasks.jobs.email import SendEmail, SentEmail, Template
from longshore_tasks.mailer import MailRefused, MailUnavailable, Refusal
from longshore_tasks.storage import FileMissing

CONTEXT: dict[Template, dict[str, str | int]] = {
    Template.MESSAGE: {"subject": "Hello", "body": "One <b>line</b>\nand another"},
    Template.REPORT_READY: {"name": "Ada", "report": "activity"},
    Template.THUMBNAILS_READY: {"name": "Ada", "file": "cat.png", "count": 3},
}


def mail(template: Template = Template.MESSAGE, **fields) -> SendEmail:
    return SendEmail(
        to=("ada@example.com",), template=template, context=CONTEXT[template], **fields
    )


def parts(outbox) -> tuple[str, str]:
    [letter] = outbox.sent
    return tuple(
        letter.get_body((kind,)).get_content().replace("\r\n", "\n") for kind in ("plain", "html")
    )


@pytest.mark.parametrize("template", Template)
def test_every_template_has_a_subject_a_text_and_a_page(
    context: TaskContext, outbox, template: Template
) -> None:
    send_email(mail(template), context)
    text, page = parts(outbox)
    assert outbox.sent[0]["Subject"]
    assert outbox.sent[0]["To"] == "ada@example.com"
    assert text.strip()
    assert page.startswith("<!doctype html>")


def test_context_is_escaped_in_the_page_and_not_in_the_text(context: TaskContext, outbox) -> None:
    send_email(mail(), context)
    text, page = parts(outbox)
    assert "One <b>line</b>\nand another" in text
    assert "One &lt;b&gt;line&lt;/b&gt;" in page


def test_a_line_break_cannot_begin_another_header(context: TaskContext, outbox) -> None:
    job = SendEmail(
        to=("ada@example.com",),
        template=Template.MESSAGE,
        context={"subject": "Hi\r\nBcc: eve@example.com", "body": "x"},
        reply_to="desk@example.com",
    )
    send_email(job, context)
    [letter] = outbox.sent
    assert letter["Subject"] == "Hi Bcc: eve@example.com"
    assert letter["Bcc"] is None
    assert letter["Reply-To"] == "desk@example.com"


def test_stored_files_are_attached_under_their_names(context: TaskContext, outbox, keep) -> None:
    picture = keep(b"\x89PNG", "image/png", "Käthe.png")
    text = keep(b"a,b\n", "text/csv", "a.csv")
    send_email(mail(attachments=(picture.id, text.id)), context)
    attached = list(outbox.sent[0].iter_attachments())
    assert [part.get_filename() for part in attached] == ["Käthe.png", "a.csv"]
    assert [part.get_content_type() for part in attached] == ["image/png", "text/csv"]
    assert attached[0].get_payload(decode=True) == b"\x89PNG"


def test_the_same_job_twice_sends_one_mail(context: TaskContext, outbox) -> None:
    first = send_email(mail(), context)
    second = send_email(mail(), context)
    assert len(outbox.sent) == 1
    assert (first.repeated, second.repeated) == (False, True)
    assert first.message_id == second.message_id == "<job-1@longshore.example>"


def test_another_job_sends_another_mail(context: TaskContext, outbox) -> None:
    send_email(mail(), context)
    send_email(mail(), replace(context, attempt=replace(context.attempt, job_id="job-2")))
    assert [letter["Message-ID"] for letter in outbox.sent] == [
        "<job-1@longshore.example>",
        "<job-2@longshore.example>",
    ]


def test_a_mail_that_could_not_be_sent_is_sent_by_the_next_attempt(
    context: TaskContext, session: Session, outbox
) -> None:
    outbox.errors = [MailUnavailable("away")]
    with pytest.raises(MailUnavailable):
        send_email(mail(), context)
    session.rollback()
    with capture_logs() as lines:
        assert not send_email(mail(), context).repeated
    assert [line["event"] for line in lines] == ["mail may go out twice"]
    assert len(outbox.sent) == 1
    assert session.get_one(SentMail, "job-1").sent_at is not None


ADA, BOB, CY = "ada@example.com", "bob@example.com", "cy@example.com"
BUSY, UNKNOWN = Refusal(451, "try later"), Refusal(550, "no such user")
TO_THREE = SendEmail(
    to=(ADA, BOB, CY), template=Template.MESSAGE, context=CONTEXT[Template.MESSAGE]
)


def outcomes(result: SentEmail) -> dict[str, tuple[str, str]]:
    return {one.address: (one.outcome.value, one.reply) for one in result.outcomes}


def test_the_result_names_each_recipient_and_what_the_server_said(
    context: TaskContext, outbox
) -> None:
    outbox.refused = {BOB: UNKNOWN}
    with capture_logs() as lines:
        result = send_email(TO_THREE, context)
    assert result.recipients == 2
    assert outcomes(result) == {
        ADA: ("sent", ""), BOB: ("refused", "550 no such user"), CY: ("sent", "")
    }  # fmt: skip
    assert lines[0]["refused"] == 1
    again = send_email(TO_THREE, context)
    assert again == result.model_copy(update={"repeated": True})


def test_a_recipient_that_the_server_puts_off_is_tried_again_alone(
    context: TaskContext, session: Session, outbox
) -> None:
    outbox.refused = {BOB: BUSY, CY: UNKNOWN}
    with pytest.raises(MailUnavailable, match=r"bob@example.com \(451 try later\)$"):
        send_email(TO_THREE, context)
    session.rollback()
    assert session.get_one(SentMail, "job-1").sent_at is None
    with capture_logs() as lines, pytest.raises(MailUnavailable):
        send_email(TO_THREE, context)
    session.rollback()
    outbox.refused = {}
    result = send_email(TO_THREE, context)
    assert outbox.recipients == [[ADA, BOB, CY], [BOB], [BOB]]
    assert outcomes(result) == {
        ADA: ("sent", ""), BOB: ("sent", ""), CY: ("refused", "550 no such user")
    }  # fmt: skip
    assert (result.recipients, result.repeated) == (2, False)
    # The server said that it did not take the mail: nothing can go out twice.
    assert lines == []


def test_a_mail_that_nobody_gets_is_an_error_that_names_everybody(
    context: TaskContext, session: Session, outbox
) -> None:
    job = mail()
    outbox.refused = {ADA: UNKNOWN}
    with pytest.raises(MailRefused, match=r"ada@example.com \(550 no such user\)$"):
        send_email(job, context)
    session.rollback()
    assert session.get_one(SentMail, "job-1").sent_at is None
    # A person has seen to it and replays the job.
    outbox.refused = {}
    assert send_email(job, context).recipients == 1


def test_a_recipient_that_is_named_twice_gets_one_mail(context: TaskContext, outbox) -> None:
    job = SendEmail(to=(ADA, ADA), template=Template.MESSAGE, context=CONTEXT[Template.MESSAGE])
    assert send_email(job, context).recipients == 1
    assert outbox.recipients == [[ADA]]


def test_a_mail_of_a_release_without_outcomes_is_known(
    context: TaskContext, session: Session, outbox
) -> None:
    entry = SentMail(job_id="job-1", message_id="<m>", template="t", recipients=2, attachments=0)
    session.add(entry)
    session.commit()
    with capture_logs() as lines:
        assert send_email(mail(), context).recipients == 1
    assert [line["event"] for line in lines] == ["mail may go out twice"]
    for row in session.scalars(select(MailRecipient)):
        session.delete(row)
    session.commit()
    assert send_email(mail(), context).outcomes == ()
    assert len(outbox.sent) == 1


def test_a_context_that_lacks_a_name_is_an_error_before_anything_is_sent(
    context: TaskContext, outbox
) -> None:
    job = SendEmail(to=("ada@example.com",), template=Template.MESSAGE, context={"subject": "x"})
    with pytest.raises(ContextIncomplete, match="'body' is undefined"):
        send_email(job, context)
    assert outbox.sent == []


def test_attachments_must_exist_and_be_small_enough_together(
    context: TaskContext, session: Session, outbox, keep
) -> None:
    with pytest.raises(FileMissing):
        send_email(mail(attachments=("0" * 32,)), context)
    session.rollback()
    large = keep(b"x")
    large.size_bytes = 11 * 2**20
    with pytest.raises(AttachmentsTooLarge, match="11534336 bytes"):
        send_email(mail(attachments=(large.id,)), context)
    assert outbox.sent == []


def test_a_message_id_is_safe_whatever_the_job_id() -> None:
    assert message_id("a b>\n<c", "Ada <ada@example.com>") == "<a-b---c@example.com>"
