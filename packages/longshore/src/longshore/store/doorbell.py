"""Waiting for work without asking for it: a blocking pop on the queues' bells."""

from __future__ import annotations

import select
from collections.abc import Sequence
from typing import Any

from longshore.errors import BrokerUnavailable
from longshore.store.queues import bell_key
from longshore.store.stores import CONNECTION_ERRORS, Store


class Doorbell:
    """One connection that waits for bells, and can be called away while it does.

    Raises (from ``wait``):
        BrokerUnavailable: the connection failed.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._connection: Any = None

    def wait(self, queues: Sequence[str], seconds: float, wake_fd: int) -> bool:
        """True when a bell rang; false after ``seconds`` or when ``wake_fd`` became readable."""
        try:
            connection = self._connected()
            bells = [bell_key(self._store.settings.key_prefix, queue) for queue in queues]
            connection.send_command("BLPOP", *bells, seconds)
            return self._listen(connection, seconds, wake_fd)
        except CONNECTION_ERRORS as error:
            self.close()
            raise BrokerUnavailable(f"waiting for work failed: {error}") from error

    def _listen(self, connection: Any, seconds: float, wake_fd: int) -> bool:
        socket_fd = connection._sock.fileno()  # noqa: SLF001  redis-py has no public way to wait
        patience = seconds + self._store.settings.deadline_seconds
        ready, _, _ = select.select([socket_fd, wake_fd], [], [], patience)
        if socket_fd not in ready:
            self.close()
            return False
        return connection.read_response() is not None

    def _connected(self) -> Any:
        if self._connection is None:
            self._connection = self._store.new_connection()
        if self._connection._sock is None:  # noqa: SLF001
            self._connection.connect()
        return self._connection

    def close(self) -> None:
        """Drops the connection, and with it a pop that still waits."""
        if self._connection is not None:
            self._connection.disconnect()
            self._connection = None
