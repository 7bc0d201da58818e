"""HTTP on a connection whose other end may be slow, silent or one of too many."""

from __future__ import annotations

import asyncio
import resource
import time
from http import HTTPStatus
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from longshore_api.problems import kinds
from longshore_api.problems.document import MEDIA_TYPE, Problem
from longshore_api.problems.kinds import Kind

#: From the first moment of a connection, or the first byte of a later request, to the end of its
#: headers; also for the rest of a body that nobody reads any more.
HEAD_SECONDS = 10.0
#: For a caller to take some of an answer that waits for it.
WRITE_SECONDS = 60.0
#: Bytes of a head that is not whole yet; what is whole has a limit of its own.
MOST_HEAD_BYTES = 64 * 2**10
#: Descriptors for the broker, the database, files and the process itself.
RESERVED_DESCRIPTORS = 64
FEWEST_CONNECTIONS = 8


def most_connections() -> int:
    """Return how many connections leave the process the descriptors that it needs besides."""
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return max(allowed - RESERVED_DESCRIPTORS, FEWEST_CONNECTIONS)


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol, with limits for time, bytes and connections.

    One connection more than ``most`` ends the oldest that serves nothing, or is refused.
    """

    most = staticmethod(most_connections)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.since = time.monotonic()
        self._reads_head, self._head_bytes = True, 0
        self._late: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None

    @property
    def idle(self) -> bool:
        """Whether no request of it is being served."""
        cycle = cast("RequestResponseCycle | None", self.cycle)
        return cycle is None or cycle.response_complete

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a head, on this connection or, when there are too many, on no other."""
        super().connection_made(transport)
        self._arm()
        if len(self.connections) > self.most():
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget what was waited for."""
        self._disarm()
        self._forget_unread()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take some bytes in; a head that does not end is refused."""
        super().data_received(data)
        if not self._reads_head:
            return
        self._head_bytes += len(data)
        if self._head_bytes > MOST_HEAD_BYTES and self.idle:
            self._refuse(kinds.HEADERS_TOO_LARGE)

    def on_message_begin(self) -> None:
        """Begin to wait for the rest of a head."""
        super().on_message_begin()
        if not self._reads_head:
            self._reads_head, self._head_bytes = True, 0
        self._arm()

    def on_headers_complete(self) -> None:
        """Serve the request; from now on the time of its body is bounded where it is read."""
        self._reads_head = False
        self._disarm()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """Note that the request was received."""
        self._disarm()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """Wait a while for the rest of a body that nobody reads."""
        super().on_response_complete()
        if self.cycle.response_complete and self.cycle.more_body:
            self._arm()

    def pause_writing(self) -> None:
        """Bound how long an answer waits for its caller."""
        super().pause_writing()
        if self._unread is None:
            self._unread = self.loop.call_later(WRITE_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on: some of the answer was taken."""
        self._forget_unread()
        super().resume_writing()

    def _make_room(self) -> None:
        others = [one for one in self.connections if isinstance(one, BoundedProtocol)]
        still_open = [one for one in others if not one.transport.is_closing()]
        if len(still_open) <= self.most():
            return
        idle = [one for one in still_open if one.idle and one is not self]
        if idle:
            min(idle, key=lambda one: one.since).transport.close()
        else:
            self._refuse(kinds.OVERLOADED)

    def _arm(self) -> None:
        if self._late is None:
            self._late = self.loop.call_later(HEAD_SECONDS, self._is_late)

    def _disarm(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _forget_unread(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _is_late(self) -> None:
        self._late = None
        if not self.idle:
            # The request before this one is still served; its answer comes first.
            self._arm()
        elif self._reads_head and self._head_bytes:
            self._refuse(kinds.REQUEST_TOO_SLOW)
        else:
            self.transport.close()

    def _refuse(self, kind: Kind) -> None:
        if self.transport.is_closing():
            return
        self._disarm()
        self.logger.warning("a connection was refused: %s", kind.slug)
        self.transport.write(_answer(kind))
        self.transport.close()


def _answer(kind: Kind) -> bytes:
    problem = Problem(
        type=kind.type, title=kind.title, status=kind.status, detail=kind.detail or None
    )
    body = problem.model_dump_json(exclude_none=True).encode()
    wait = kind.retry_after_seconds
    lines = [
        f"HTTP/1.1 {kind.status} {HTTPStatus(kind.status).phrase}",
        f"content-type: {MEDIA_TYPE}",
        f"content-length: {len(body)}",
        *([] if wait is None else [f"retry-after: {wait}"]),
        "connection: close",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body
