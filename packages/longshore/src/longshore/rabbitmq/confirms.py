"""A channel whose publishes RabbitMQ confirms, many at a time.

Protocol: https://www.rabbitmq.com/docs/confirms. A quorum queue's confirm means that a majority of
its replicas has written the message.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from longshore.errors import BrokerRefused
from longshore.rabbitmq.letter import Letter


class ConfirmedChannel:
    """Publishes and waits; used by one thread at a time, and never again after an error."""

    def __init__(self, connection: Any) -> None:
        self._connection, self._channel = connection, connection.channel()
        self._sent, self._open, self._refused = 0, set[int](), 0
        self._channel.events["basic_ack"].add(self._on_ack)
        self._channel.events["basic_nack"].add(self._on_nack)
        self._channel.events["basic_return"].add(self._on_return)
        self._channel.confirm_select()

    @property
    def channel(self) -> Any:
        """The channel itself, to declare what is published to."""
        return self._channel

    def publish(self, letters: Sequence[Letter], deadline: float) -> None:
        """Return when all are confirmed; ``deadline`` is a moment of the monotonic clock.

        Raises:
            BrokerRefused: one of them was not taken.
            OSError: no answer in time (``TimeoutError``), or no connection.
        """
        self._refused = 0
        for letter in letters:
            self._send(letter)
        while self._open:
            self._connection.drain_events(timeout=max(deadline - time.monotonic(), 0.001))
        if self._refused:
            raise BrokerRefused(f"RabbitMQ refused {self._refused} of {len(letters)} messages")

    def _send(self, letter: Letter) -> None:
        message = self._channel.prepare_message(
            letter.body,
            None,
            letter.content_type,
            letter.content_encoding,
            dict(letter.headers),
            dict(letter.properties),
        )
        self._channel.basic_publish(message, letter.exchange, letter.routing_key, mandatory=True)
        self._sent += 1
        self._open.add(self._sent)

    def _on_ack(self, tag: int, multiple: bool) -> None:
        self._open -= {one for one in self._open if one <= tag} if multiple else {tag}

    def _on_nack(self, tag: int, multiple: bool) -> None:
        before = len(self._open)
        self._on_ack(tag, multiple)
        self._refused += before - len(self._open)

    def _on_return(self, *_: object) -> None:
        # No queue for it; its confirm follows.
        self._refused += 1
