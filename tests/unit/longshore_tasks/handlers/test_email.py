from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session
from structlog.testing import capture_logs

from longshore_tasks.context import TaskContext
from longshore_tasks.database import SentMail
from longshore_tasks.handlers.email import send_email
from longshore_tasks.handlers.letter import AttachmentsTooLarge, message_id
from longshore_tasks.handlers.templating import ContextIncomplete
from longshore_tasks.jobs.email import SendEmail, Template
from longshore_tasks.mailer import MailUnavailable
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


def test_recipients_that_the_server_refused_are_told(context: TaskContext, outbox) -> None:
    outbox.refused = 1
    job = SendEmail(
        to=("ada@example.com", "bob@example.com"),
        template=Template.MESSAGE,
        context=CONTEXT[Template.MESSAGE],
    )
    with capture_logs() as lines:
        assert send_email(job, context).recipients == 1
    assert lines[0]["refused"] == 1


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
