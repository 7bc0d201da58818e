"""Mail by SMTP (RFC 5321: replies 4xx are temporary, 5xx final)."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from email.message import EmailMessage

from longshore_tasks.mailer.interface import MailRefused, MailUnavailable
from longshore_tasks.settings import Settings

MAX_REPLY = 200


class SmtpMailer:
    """Sends each mail over a connection of its own, as the settings say."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def send(self, message: EmailMessage) -> int:
        """Send to everyone in its headers; return how many recipients the server refused.

        Raises MailUnavailable or MailRefused when nobody gets the mail.
        """
        with _told(), self._connect() as server:
            self._log_in(server)
            return len(server.send_message(message))

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
    except smtplib.SMTPRecipientsRefused as error:
        raise _refusal(error.recipients) from None
    except smtplib.SMTPResponseException as error:
        raise _answer(error.smtp_code, error.smtp_error) from None
    except smtplib.SMTPServerDisconnected as error:
        raise MailUnavailable(f"the mail server hung up: {error}") from None
    except (smtplib.SMTPException, ssl.SSLCertVerificationError) as error:
        raise MailRefused(f"mail cannot be sent: {error}") from None
    except OSError as error:
        raise MailUnavailable(f"the mail server does not answer: {error}") from None


def _refusal(recipients: Mapping[str, tuple[int, bytes]]) -> MailUnavailable | MailRefused:
    # When one recipient may be served later the mail is tried again for all of them.
    code, reply = min(recipients.values())
    return _answer(code, reply)


def _answer(code: int, reply: bytes | str) -> MailUnavailable | MailRefused:
    text = reply.decode(errors="replace") if isinstance(reply, bytes) else reply
    message = f"the mail server said {code} {text[:MAX_REPLY]}"
    return MailUnavailable(message) if 400 <= code < 500 else MailRefused(message)
