"""The sender of a worker's own events, which does not wait for a broker that is away."""

from __future__ import annotations

import threading
from typing import Any

from celery.events import EventDispatcher

from longshore.transport.book import BOOK


class Dispatcher(EventDispatcher):  # type: ignore[misc]
    """Takes a heartbeat that cannot be sent for a lost connection.

    Celery asks for a heartbeat to be tried until the broker takes it, in the main loop, which
    answers no probe meanwhile. When the connection was closed the loop has noticed, but of one
    whose other end is silent (a server that hangs, a pod whose network went first) the heartbeat
    is what tells: the consumer then connects anew, and probes are answered while it does.
    """

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **{**named, "buffer_while_offline": False})

    def send(self, type: str, *args: Any, **fields: Any) -> Any:  # noqa: A002  Celery's name
        """Send an event; a worker's own counts what runs where this process receives no job."""
        if "processed" in fields and BOOK.busy is not None:
            fields["active"], fields["processed"] = BOOK.busy()
        return super().send(type, *args, **fields)

    def _publish(
        self, event: Any, producer: Any, routing_key: str, retry: bool = False, **_: Any
    ) -> None:
        try:
            super()._publish(event, producer, routing_key)
        except Exception as error:
            if retry and self._is_lost(error):
                raise
            self._outbound_buffer.append((event, routing_key))

    def _is_lost(self, error: Exception) -> bool:
        # A drain fires timers from a thread of its own, in which nobody connects anew.
        in_main = threading.current_thread() is threading.main_thread()
        return in_main and isinstance(error, self.connection.connection_errors)
