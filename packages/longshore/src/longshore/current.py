"""What the code that runs now belongs to: its request and, in a worker, its claim."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

request_id: ContextVar[str | None] = ContextVar("longshore_request_id", default=None)


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to run one job, as the claim script granted it.

    ``token`` fences: every script that ends or extends the claim compares it first. When it was
    granted, the job had waited for ``waited_seconds``, and had been enqueued ``age_seconds`` ago.
    ``expires_after`` is until when it may begin, in monotonic seconds of this machine.
    """

    job_id: str
    tag: str
    queue: str
    token: str
    attempt: int
    delivery: int
    waited_seconds: float = field(default=0.0, compare=False)
    age_seconds: float = field(default=0.0, compare=False)
    expires_after: float | None = field(default=None, compare=False)

    @property
    def expired(self) -> bool:
        """Whether the job must not begin any more."""
        return self.expires_after is not None and time.monotonic() > self.expires_after

    def header(self) -> dict[str, str | int | float | None]:
        """The claim as a message header, readable by the process that runs the handler."""
        return {
            "job_id": self.job_id,
            "tag": self.tag,
            "queue": self.queue,
            "token": self.token,
            "attempt": self.attempt,
            "delivery": self.delivery,
            "waited_seconds": self.waited_seconds,
            "age_seconds": self.age_seconds,
            "expires_after": self.expires_after,
        }


claim: ContextVar[Claim | None] = ContextVar("longshore_claim", default=None)

#: what is enqueued now is one and the same enqueue as any other under this word
nonce: ContextVar[str | None] = ContextVar("longshore_nonce", default=None)


@contextmanager
def running(held: Claim) -> Iterator[None]:
    """Within it, the code belongs to the job under this claim."""
    token = claim.set(held)
    try:
        yield
    finally:
        claim.reset(token)


@contextmanager
def one_publish(word: str) -> Iterator[None]:
    """Within it, a job is enqueued once under this word, whoever enqueues it again."""
    token = nonce.set(word)
    try:
        yield
    finally:
        nonce.reset(token)
