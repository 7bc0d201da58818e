"""Jobs that send mail."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from longshore.jobs import Job
from longshore_tasks.files import FileId
from longshore_tasks.queues import Queue
from longshore_tasks.retries import STANDARD

MAX_ATTACHMENT_BYTES = 10 * 2**20
"""Of all attachments of one mail together; most mail servers refuse more than 20 MB encoded."""

# Deliberately simpler than RFC 5322: no quoted local part, no comment, no line break.
Address = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9.-]{1,190}$", max_length=254),
]
ContextName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,49}$")]
ContextValue = Annotated[str, StringConstraints(max_length=10_000)] | int | float | bool


class Template(StrEnum):
    """The mails that exist; each has a text and an HTML part in the package's templates."""

    MESSAGE = "message"
    REPORT_READY = "report_ready"
    THUMBNAILS_READY = "thumbnails_ready"


class SendEmail(
    Job,
    task="email.send",
    queue=Queue.NORMAL,
    scope="mail:write",
    summary="Send a templated mail, with stored files attached.",
    retry=STANDARD,
    soft_time_limit_seconds=60,
    time_limit_seconds=90,
):
    """``context`` fills the template; a name that the template needs and does not get is an error.

    A job sends each recipient at most one mail, whatever is repeated: its id and their address are
    the ledger's key. An attempt after the first goes to those alone whom the server put off.
    """

    to: tuple[Address, ...] = Field(min_length=1, max_length=50)
    template: Template
    context: dict[ContextName, ContextValue] = Field(default={}, max_length=50)
    attachments: tuple[FileId, ...] = Field(default=(), max_length=10)
    reply_to: Address | None = None

    @property
    def file_ids(self) -> tuple[FileId, ...]:
        """The files that it reads."""
        return self.attachments


class Outcome(StrEnum):
    """What became of a mail for one recipient."""

    SENDING = "sending"
    """Handed to the server, whose answer is not known."""
    SENT = "sent"
    PUT_OFF = "put off"
    """The server may take it later."""
    REFUSED = "refused"
    """The server will never take it."""


class Recipient(BaseModel):
    """What the mail server answered for one recipient; ``reply`` is empty when it took the mail."""

    address: str
    outcome: Outcome
    reply: str


class SentEmail(BaseModel):
    """What was sent, to whom, and to whom it was not.

    ``recipients`` counts those that the server took the mail for, ``outcomes`` names each (none for
    a mail of a release that kept no outcomes); ``repeated`` when the ledger knew the mail and
    nothing went out again.
    """

    message_id: str
    recipients: int
    attachments: int
    repeated: bool
    outcomes: tuple[Recipient, ...] = ()
