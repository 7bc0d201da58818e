from __future__ import annotations

import socket
import ssl
from email.message import EmailMessage
from pathlib import Path

import pytest
import trustme

from longshore.testing.ports import free_port
from longshore_tasks.mailer import MailRefused, MailUnavailable, SmtpMailer
from longshore_tasks.settings import Settings

TO = ["ada@example.com", "bob@example.com"]


@pytest.fixture
def letter() -> EmailMessage:
    letter = EmailMessage()
    letter["From"] = "Longshore <no-reply@longshore.example>"
    letter["To"] = "ada@example.com, bob@example.com"
    letter["Subject"] = "Hello"
    letter.set_content("Grüße")
    return letter


@pytest.fixture
def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


def mailer(port: int, **settings) -> SmtpMailer:
    return SmtpMailer(Settings(smtp_port=port, **settings))


def test_a_mail_reaches_everyone_in_its_headers(serve, sink, letter: EmailMessage) -> None:
    assert mailer(serve()).send(letter, TO) == {}
    [mail] = sink.mails
    assert mail.rcpt_tos == ["ada@example.com", "bob@example.com"]
    assert mail.mail_from == "no-reply@longshore.example"


def test_starttls_encrypts_before_the_login(
    serve, sink, letter: EmailMessage, server_tls: ssl.SSLContext, ca_file: Path, login
) -> None:
    port = serve(tls_context=server_tls, require_starttls=True, authenticator=login)
    settings = {"smtp_username": "ada", "smtp_password": "secret", "smtp_ca_file": ca_file}
    mailer(port, smtp_security="starttls", **settings).send(letter, TO)
    assert sink.sessions[0].ssl is not None
    assert sink.sessions[0].authenticated


def test_a_server_that_speaks_tls_from_the_start(
    serve, sink, letter: EmailMessage, server_tls: ssl.SSLContext, ca_file: Path
) -> None:
    port = serve(ssl_context=server_tls)
    mailer(port, smtp_security="tls", smtp_ca_file=ca_file).send(letter, TO)
    assert len(sink.mails) == 1


def test_a_server_that_nobody_vouches_for_gets_no_mail(
    serve, sink, letter: EmailMessage, server_tls: ssl.SSLContext
) -> None:
    port = serve(tls_context=server_tls)
    with pytest.raises(MailRefused, match="certificate"):
        mailer(port, smtp_security="starttls").send(letter, TO)
    assert sink.mails == []


def test_a_wrong_password_is_final_and_not_told(
    serve, sink, letter: EmailMessage, server_tls: ssl.SSLContext, ca_file: Path, login
) -> None:
    port = serve(tls_context=server_tls, authenticator=login)
    settings = {"smtp_username": "ada", "smtp_password": "hunter2", "smtp_ca_file": ca_file}
    with pytest.raises(MailRefused, match="535") as caught:
        mailer(port, smtp_security="starttls", **settings).send(letter, TO)
    assert "hunter2" not in str(caught.value)


def test_a_server_without_starttls_gets_no_mail_in_the_clear(
    serve, sink, letter: EmailMessage
) -> None:
    with pytest.raises(MailRefused, match="STARTTLS"):
        mailer(serve(), smtp_security="starttls").send(letter, TO)
    assert sink.mails == []


@pytest.mark.parametrize(
    ("reply", "error"),
    [("451 try later", MailUnavailable), ("554 never", MailRefused)],
)
def test_a_temporary_reply_is_worth_another_attempt_and_a_final_one_is_not(
    serve, sink, letter: EmailMessage, reply: str, error: type[Exception]
) -> None:
    sink.reply = reply
    with pytest.raises(error, match=reply):
        mailer(serve()).send(letter, TO)


@pytest.mark.parametrize(
    ("reply", "temporary"), [("550 no such user", False), ("451 try later", True)]
)
def test_a_recipient_that_is_refused_is_named_when_another_is_served(
    serve, sink, letter: EmailMessage, reply: str, *, temporary: bool
) -> None:
    sink.refused = {"bob@example.com": reply}
    [(address, refusal)] = mailer(serve()).send(letter, TO).items()
    assert (address, str(refusal), refusal.temporary) == ("bob@example.com", reply, temporary)
    assert sink.mails[0].rcpt_tos == ["ada@example.com"]


def test_everybody_is_named_when_nobody_is_served(serve, sink, letter: EmailMessage) -> None:
    sink.refused = {"ada@example.com": "550 no such user", "bob@example.com": "450 mailbox busy"}
    found = mailer(serve()).send(letter, TO)
    assert {address: str(refusal) for address, refusal in found.items()} == sink.refused


def test_a_server_that_closes_at_one_recipient_puts_off_those_that_follow(
    serve, sink, letter: EmailMessage
) -> None:
    sink.refused = {"ada@example.com": "421 closing"}
    found = mailer(serve()).send(letter, TO)
    assert {address: refusal.temporary for address, refusal in found.items()} == {
        "ada@example.com": True, "bob@example.com": True
    }  # fmt: skip
    assert sink.mails == []


def test_a_mail_goes_to_those_alone_that_are_left(serve, sink, letter: EmailMessage) -> None:
    assert mailer(serve()).send(letter, TO[1:]) == {}
    [mail] = sink.mails
    assert mail.rcpt_tos == ["bob@example.com"]
    assert b"To: ada@example.com, bob@example.com" in mail.original_content


def test_what_a_server_says_to_quit_does_not_send_the_mail_again(
    serve, sink, letter: EmailMessage
) -> None:
    sink.farewell = "421 closing"
    assert mailer(serve()).send(letter, TO) == {}
    assert len(sink.mails) == 1


def test_a_server_that_is_away_is_worth_another_attempt(letter: EmailMessage) -> None:
    with pytest.raises(MailUnavailable, match="does not answer"):
        mailer(free_port()).send(letter, TO)


def test_a_server_that_hangs_is_left_after_the_timeout(letter: EmailMessage) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(MailUnavailable):
        mailer(silent.getsockname()[1], smtp_timeout_seconds=0.1).send(letter, TO)


def test_a_server_that_hangs_up_is_worth_another_attempt(serve, sink, letter: EmailMessage) -> None:
    sink.reply = "421 closing"
    with pytest.raises(MailUnavailable):
        mailer(serve()).send(letter, TO)
