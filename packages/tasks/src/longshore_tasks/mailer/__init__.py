"""The way to the mail server."""

from __future__ import annotations

from longshore_tasks.mailer.interface import Mailer, MailRefused, MailUnavailable, Refusal
from longshore_tasks.mailer.smtp import SmtpMailer

__all__ = ["MailRefused", "MailUnavailable", "Mailer", "Refusal", "SmtpMailer"]
