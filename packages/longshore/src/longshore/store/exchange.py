"""Calls that are sent now and answered later, over a connection of one's own."""

from __future__ import annotations

import select
from collections.abc import Sequence
from typing import Any

from redis.exceptions import RedisError

from longshore.store.attempts import CONNECTION_ERRORS
from longshore.store.call import Call
from longshore.store.packing import pack
from longshore.store.queues import bell_key
from longshore.store.stores import Store


class Exchange:
    """One set of calls is under way at a time. What the connection cannot do, the store does.

    For a process that talks to the broker all the time: it works on while the server does, and
    pays for no pool of connections.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._connection: Any = None
        self._calls: tuple[Call[Any], ...] = ()
        self._rings = 0

    def send(self, *calls: Call[Any]) -> None:
        """Sends calls that do not depend on one another, in this order; never raises."""
        self._send(calls, ())

    def send_after_bell(self, call: Call[Any], queues: Sequence[str], seconds: float) -> None:
        """Sends a call that the server runs when a bell of these queues has rung, or after so
        many seconds; never raises.

        Bell and call are one round trip: whoever waits for work is woken once, with the work.
        """
        prefix = self._store.settings.key_prefix
        bells = [bell_key(prefix, queue) for queue in queues]
        self._send((call,), [("BLPOP", *bells, seconds)])

    def _send(self, calls: tuple[Call[Any], ...], first: Sequence[tuple[Any, ...]]) -> None:
        self._calls, self._rings = calls, len(first)
        settings = self._store.settings
        try:
            words = [("EVALSHA", one.script.sha, 0, *one.argv(settings)) for one in calls]
            self._connected().send_packed_command([*map(pack, (*first, *words))])
        except CONNECTION_ERRORS:
            self.close()

    def is_answered(self, wake_fd: int, seconds: float) -> bool:
        """Waits until an answer can be read, or the connection's end; false when ``wake_fd`` can
        be read first.

        Neither within so many seconds, and the connection counts as lost.
        """
        if self._connection is None:
            return True
        socket_fd = self._connection._sock.fileno()  # noqa: SLF001  redis-py has no public way
        ready, _, _ = select.select([socket_fd, wake_fd], [], [], seconds)
        if not ready:
            self.close()
        return not ready or socket_fd in ready

    def answers(self) -> list[Any]:
        """What was sent, answered; sent anew where the connection failed, which calls allow.

        Raises:
            BrokerUnavailable: no answer within the store's deadline.
            BrokerRefused: the server answered with an error.
        """
        calls, self._calls = self._calls, ()
        try:
            replies = [self._reply() for _ in range(self._rings + len(calls))][self._rings :]
        except CONNECTION_ERRORS:
            self.close()
            return [self._store.run(call) for call in calls]
        return [
            # The script is not known there yet, or the server is the primary no more.
            self._store.run(call) if isinstance(reply, RedisError) else call.read(reply)
            for call, reply in zip(calls, replies, strict=True)
        ]

    def _connected(self) -> Any:
        if self._connection is None:
            self._connection = self._store.new_connection()
            self._connection.connect()
        return self._connection

    def _reply(self) -> Any:
        if self._connection is None:
            raise ConnectionError("the calls could not be sent")
        try:
            return self._connection.read_response()
        except CONNECTION_ERRORS:
            raise
        except RedisError as error:
            return error

    def close(self) -> None:
        """Drops the connection, and with it what is under way."""
        if self._connection is not None:
            self._connection.disconnect()
            self._connection = None
