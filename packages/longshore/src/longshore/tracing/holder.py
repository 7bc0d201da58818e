"""The spans of this process, if it makes any. Light: OpenTelemetry is behind the protocol."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from longshore.current import Claim
    from longshore.envelope import Post

#: When the worker got the message, in ns since the epoch; it travels no further than the worker.
CLAIMED_AT = "longshore_claimed_at"


class Open(Protocol):
    """A span that has begun."""

    def end(self, error: BaseException | None = None) -> None:
        """It is over; with an error it has failed."""


class Spans(Protocol):
    """The steps of a job's life, each told where it happens. Nothing here raises."""

    def publish(
        self, task: str, job_id: str, queue: str, headers: MutableMapping[str, Any]
    ) -> Open | None:
        """A job is about to be enqueued; writes its context into the message's headers."""

    def batch(self, task: str, queue: str, count: int) -> AbstractContextManager[None]:
        """Jobs that are published within it have traces of their own, linked to this span."""

    def begin(self, held: Claim | None, request: Any) -> Open:
        """An attempt begins in this thread, and is current until it ends."""

    def outcome(self, held: Claim, word: str, error_type: str = "", message: str = "") -> None:
        """How the attempt of this claim ends, told by whoever knows."""

    def settling(self, held: Claim, request: Any = None) -> None:
        """Its outcome is known, and waits to be settled; ``request`` names one of elsewhere."""

    def settled(self, held: Claim, done: bool) -> None:
        """Its outcome is settled, or was refused."""

    def lost(self, held: Claim, request: Any, began: float, error_type: str, why: str) -> None:
        """An attempt was ended together with its process; ``began``: seconds since the epoch."""

    def served(self, method: str, route: str) -> None:
        """The request that is being served goes to this route."""

    def ids(self) -> tuple[str, str] | None:
        """The current trace and span, as logs show them."""

    def flush(self) -> None:
        """Sends what is there, within a bound of time."""


@dataclass(slots=True)
class Holder:
    """``None``: nobody collects spans, and nothing is spent on them."""

    spans: Spans | None = None


TRACING = Holder()
NOTHING: AbstractContextManager[None] = nullcontext()


class _Sent:
    __slots__ = ("_posts",)

    def __init__(self, posts: Iterable[Post]) -> None:
        self._posts = posts

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _at: object) -> None:
        for post in self._posts:
            if post.sending is not None:
                post.sending.end(error)
                post.sending = None


def sent(posts: Iterable[Post]) -> AbstractContextManager[None]:
    """Within it these are sent; their spans end with it."""
    return NOTHING if TRACING.spans is None or not posts else _Sent(posts)


def batch(task: str, queue: str, count: int) -> AbstractContextManager[None]:
    """Within it so many jobs are made and sent together."""
    return NOTHING if TRACING.spans is None else TRACING.spans.batch(task, queue, count)


def trace_id(headers: Mapping[str, Any]) -> str | None:
    """The trace that a message belongs to, by its ``traceparent`` (W3C Trace Context)."""
    parent = headers.get("traceparent")
    parts = parent.split("-") if isinstance(parent, str) else []
    return parts[1] if len(parts) >= 4 and len(parts[1]) == 32 else None
