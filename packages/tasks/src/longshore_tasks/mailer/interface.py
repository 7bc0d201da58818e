"""What a mailer does, and what may go wrong with it."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Protocol

from longshore.errors import Permanent, Transient


class MailUnavailable(Transient):
    """The mail server cannot take the mail now."""


class MailRefused(Permanent):
    """The mail server will never take this mail."""


class Mailer(Protocol):
    """Hands mails to a server."""

    def send(self, message: EmailMessage) -> int:
        """Send to everyone in its headers; return how many recipients the server refused.

        Raises MailUnavailable or MailRefused when nobody gets the mail.
        """
        ...
