"""What the code that runs now belongs to: its request and, in a worker, its claim."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

request_id: ContextVar[str | None] = ContextVar("longshore_request_id", default=None)


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to run one job, as the claim script granted it.

    ``token`` fences: every script that ends or extends the claim compares it first.
    """

    job_id: str
    tag: str
    queue: str
    token: str
    attempt: int
    delivery: int

    def header(self) -> dict[str, str | int]:
        """The claim as a message header, readable by the process that runs the handler."""
        return {
            "job_id": self.job_id,
            "tag": self.tag,
            "queue": self.queue,
            "token": self.token,
            "attempt": self.attempt,
            "delivery": self.delivery,
        }


claim: ContextVar[Claim | None] = ContextVar("longshore_claim", default=None)
