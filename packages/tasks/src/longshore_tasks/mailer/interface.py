"""What a mailer does, and what may go wrong with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Protocol

from longshore.errors import Permanent, Transient


class MailUnavailable(Transient):
    """The mail server cannot take the mail now."""


class MailRefused(Permanent):
    """The mail server will never take this mail."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """What the mail server said of one recipient that it did not take."""

    code: int
    reply: str

    @property
    def temporary(self) -> bool:
        """Whether the server may take this recipient later (RFC 5321, 4.2.1)."""
        return is_temporary(self.code)

    def __str__(self) -> str:
        return f"{self.code} {self.reply}"


def is_temporary(code: int) -> bool:
    """Return whether a reply means that the same may succeed later."""
    return 400 <= code < 500


class Mailer(Protocol):
    """Hands mails to a server."""

    def send(self, message: EmailMessage, to: Sequence[str]) -> Mapping[str, Refusal]:
        """Send to these recipients; return those that the server refused, perhaps all of them.

        Raises MailUnavailable or MailRefused when the server does not take the mail for anybody.
        """
        ...
