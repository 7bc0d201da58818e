"""Many calls over one connection: the next is sent while the server works on the last."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any, TypeVar

import redis

from longshore.errors import BrokerError, BrokerUnavailable
from longshore.store.attempts import CONNECTION_ERRORS, ScriptMissing
from longshore.store.call import Call
from longshore.store.packing import pack
from longshore.store.refusals import is_demotion, refusal
from longshore.store.stores import Store
from longshore.tracing.holder import sent

T = TypeVar("T")


def run_in_turn(store: Store, calls: Iterable[Call[T]]) -> Generator[T | BrokerError]:
    """Runs calls in their order, at most two of them unanswered.

    Yields for each call, in order, its answer or the error that ``Store.run`` would raise; an
    error ends nothing. What the connection lost, and what a server refused that does not know the
    script, is run again by itself, as ``Store.run`` does; nothing is sent until that is done.
    Where replicas must confirm, each call is run by itself: WAIT holds its connection up.
    """
    line = _Line(store)
    waiting: list[Call[T]] = []
    try:
        for call in calls:
            line.send(call)
            waiting.append(call)
            while waiting and (line.refused or len(waiting) > 1):
                yield line.answer(waiting.pop(0))
            line.refused = False
        for call in waiting:
            yield line.answer(call)
    finally:
        line.close()


class _Line:
    """A connection of its own, until it breaks; from then on calls go through the store."""

    #: whether a call had to run again: the next must not overtake the one that is under way
    refused = False

    def __init__(self, store: Store) -> None:
        self._store = store
        alone = store.settings.replicas_to_confirm
        self._connection: Any = None if alone else _connected(store)

    def send(self, call: Call[Any]) -> None:
        """Sends it, if the connection takes it."""
        if self._connection is None:
            return
        words = ("EVALSHA", call.script.sha, 0, *call.argv(self._store.settings))
        try:
            self._connection.send_packed_command([pack(words)])
        except CONNECTION_ERRORS:
            self.close()

    def answer(self, call: Call[T]) -> T | BrokerError:
        """Its answer, or its error."""
        try:
            with sent(call.posts):
                return self._received(call)
        except redis.TimeoutError:
            self.close()
            return BrokerUnavailable(f"broker did not answer {call.script.name} in time")
        except BrokerError as error:
            return error

    def _received(self, call: Call[T]) -> T:
        if self._connection is None:
            return self._store.run(call)
        try:
            answer = self._connection.read_response()
        except redis.ResponseError as error:
            if isinstance(error, ScriptMissing) or is_demotion(error):
                self.refused = True
                return self._store.run(call)
            raise refusal(self._store.place, call.script.name, error) from error
        except redis.TimeoutError:
            raise
        except CONNECTION_ERRORS:
            self.close()
            return self._store.run(call)
        return call.read(answer)

    def close(self) -> None:
        """Nothing more goes this way."""
        if self._connection is not None:
            self._connection.disconnect()
        self._connection = None


def _connected(store: Store) -> Any:
    # One that sends without this does not ask the sentinels where to.
    connection = store.new_connection()
    try:
        connection.connect()
    except CONNECTION_ERRORS:
        connection.disconnect()
        return None
    return connection
