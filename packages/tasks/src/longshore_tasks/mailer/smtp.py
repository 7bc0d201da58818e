"""Mail by SMTP (RFC 5321: replies 4xx are temporary, 5xx final)."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from email.message import EmailMessage

from longshore_tasks.mailer.interface import MailRefused, MailUnavailable, Refusal, is_temporary
from longshore_tasks.settings import Settings

MAX_REPLY = 200


class SmtpMailer:
    """Sends each mail over a connection of its own, as the settings say."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def send(self, message: EmailMessage, to: Sequence[str]) -> Mapping[str, Refusal]:
        """Send to these recipients; return those that the server refused, perhaps all of them.

        Raises MailUnavailable or MailRefused when the server does not take the mail for anybody.
        """
        with _told(), closing(self._connect()) as server:
            self._log_in(server)
            refused = _refused(server, message, to)
            # The server has answered for the mail: what it says to QUIT changes nothing.
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
            return refused

    def _connect(self) -> smtplib.SMTP:
        settings = self._settings
        place, timeout = (settings.smtp_host, settings.smtp_port), settings.smtp_timeout_seconds
        if settings.smtp_security == "tls":
            return smtplib.SMTP_SSL(*place, timeout=timeout, context=self._trust())
        return smtplib.SMTP(*place, timeout=timeout)

    def _log_in(self, server: smtplib.SMTP) -> None:
        settings = self._settings
        if settings.smtp_security == "starttls":
            server.starttls(context=self._trust())
        if settings.smtp_username and settings.smtp_password:
            server.login(settings.smtp_username, settings.smtp_password.get_secret_value())

    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._settings.smtp_ca_file)


@contextmanager
def _told() -> Generator[None]:
    """Say what smtplib's error means for a job. Its errors are OSErrors too: order matters."""
    try:
        yield
    except smtplib.SMTPResponseException as error:
        raise _answer(error.smtp_code, error.smtp_error) from None
    except smtplib.SMTPServerDisconnected as error:
        raise MailUnavailable(f"the mail server hung up: {error}") from None
    except (smtplib.SMTPException, ssl.SSLCertVerificationError) as error:
        raise MailRefused(f"mail cannot be sent: {error}") from None
    except OSError as error:
        raise MailUnavailable(f"the mail server does not answer: {error}") from None


def _refused(
    server: smtplib.SMTP, message: EmailMessage, to: Sequence[str]
) -> Mapping[str, Refusal]:
    try:
        replies = server.send_message(message, to_addrs=list(to))
    except smtplib.SMTPRecipientsRefused as error:
        replies = error.recipients
        # A server that closes (421) answers for nobody after that.
        closing_reply = min(replies.values())
        replies = {address: replies.get(address, closing_reply) for address in to}
    return {address: Refusal(code, _text(reply)) for address, (code, reply) in replies.items()}


def _answer(code: int, reply: bytes | str) -> MailUnavailable | MailRefused:
    message = f"the mail server said {code} {_text(reply)}"
    return MailUnavailable(message) if is_temporary(code) else MailRefused(message)


def _text(reply: bytes | str) -> str:
    text = reply.decode(errors="replace") if isinstance(reply, bytes) else reply
    return text[:MAX_REPLY]
