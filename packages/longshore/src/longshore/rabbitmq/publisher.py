"""Publishes jobs to RabbitMQ within a deadline, over one connection of the process."""

from __future__ import annotations

import select
import threading
import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from amqp.exceptions import (
    AMQPError,
    IrrecoverableChannelError,
    IrrecoverableConnectionError,
    NotFound,
)
from kombu import Connection, Exchange, Queue
from kombu.transport.native_delayed_delivery import (
    CELERY_DELAYED_DELIVERY_EXCHANGE,
    bind_queue_to_native_delayed_delivery_exchange,
    declare_native_delayed_delivery_exchanges_and_queues,
)

from longshore.errors import BrokerError, BrokerRefused, BrokerUnavailable
from longshore.rabbitmq.confirms import ConfirmedChannel
from longshore.rabbitmq.letter import Letter
from longshore.rabbitmq.topology import dead_queues, job_queues
from longshore.store.url import shown


class Publisher:
    """Connects when it is first used, and anew after an error. Safe to share between threads.

    Raises (from ``publish`` and ``ping``):
        BrokerUnavailable: no answer within the deadline; the messages may have been taken.
        BrokerRefused: RabbitMQ refused the login, or a message.
    """

    def __init__(
        self, url: str, queues: Sequence[str], max_deliveries: int, deadline_seconds: float
    ) -> None:
        self._url, self._deadline_seconds = url, deadline_seconds
        self._queues = job_queues(queues, max_deliveries)
        self._turn = threading.Lock()
        self._connection: Any = None
        self._confirmed: ConfirmedChannel | None = None
        self._undeclared: list[Queue] = []
        self._delays = False
        # Whether a call that also had to connect missed its confirms, and so lost the connection.
        self._left_too_little = False

    def publish(self, letters: Sequence[Letter]) -> None:
        """Return when RabbitMQ has confirmed all of them."""
        with self._in_turn() as deadline:
            opens = self._confirmed is None or bool(self._undeclared)
            confirmed = self._open(deadline)
            if any(letter.delayed for letter in letters):
                self._declare_delays()
            self._check(deadline)
            if opens and self._left_too_little:
                raise self._late()
            try:
                confirmed.publish(letters, deadline)
            except OSError:
                self._left_too_little = opens
                raise
            self._left_too_little = False

    def ping(self) -> None:
        """Return when RabbitMQ has answered."""
        with self._in_turn() as deadline:
            Exchange("amq.topic")(self._open(deadline).channel).declare(passive=True)

    def close(self) -> None:
        """Close the connection."""
        with self._turn, suppress(OSError, AMQPError):
            if self._connection is not None:
                self._connection.release()
            self._connection = self._confirmed = None

    @contextmanager
    def _in_turn(self) -> Generator[float]:
        deadline = time.monotonic() + self._deadline_seconds
        if not self._turn.acquire(timeout=self._deadline_seconds):
            raise BrokerUnavailable(f"RabbitMQ {shown(self._url)} is slow: others are waiting")
        try:
            yield deadline
        except (OSError, AMQPError) as error:
            self._drop()
            raise self._said(error) from error
        except BrokerError:
            raise
        except BaseException:
            # Half an answer may have been read.
            self._drop()
            raise
        finally:
            self._turn.release()

    def _said(self, error: Exception) -> BrokerUnavailable | BrokerRefused:
        place = shown(self._url)
        if isinstance(error, IrrecoverableChannelError | IrrecoverableConnectionError):
            return BrokerRefused(f"RabbitMQ {place} refused it: {error.reply_text}")
        seconds = self._deadline_seconds
        return BrokerUnavailable(
            f"RabbitMQ {place} did not answer within {seconds:g} s ({type(error).__name__})"
        )

    def _open(self, deadline: float) -> ConfirmedChannel:
        if self._confirmed is not None and self._has_ended():
            self._drop()
        if self._confirmed is None:
            self._connection = self._connect()
            self._confirmed = ConfirmedChannel(self._connection)
            self._undeclared = [*dead_queues(), *self._queues]
        while self._undeclared:
            self._check(deadline)
            self._undeclared[0].bind(self._confirmed.channel).declare()
            del self._undeclared[0]
        return self._confirmed

    def _check(self, deadline: float) -> None:
        """Keep what was opened so far: on a slow RabbitMQ the next call goes on from there.

        Raises:
            BrokerUnavailable: the deadline has passed, and nothing was published.
        """
        if time.monotonic() >= deadline:
            raise self._late()

    def _late(self) -> BrokerUnavailable:
        return BrokerUnavailable(f"RabbitMQ {shown(self._url)} is slow: connected too late")

    def _connect(self) -> Any:
        seconds = self._deadline_seconds
        limits = {"read_timeout": seconds, "write_timeout": seconds}
        # Without heartbeats, which an idle publisher would have to answer.
        connection: Any = Connection(
            self._url, connect_timeout=seconds, heartbeat=0, transport_options=limits
        )
        connection.connect()
        return connection

    def _has_ended(self) -> bool:
        """Whether the server has closed an idle connection: it is readable then."""
        arrived = select.poll()
        arrived.register(self._connection.connection.sock, select.POLLIN)
        if not arrived.poll(0):
            return False
        try:
            self._connection.drain_events(timeout=0.001)
        except TimeoutError:
            return False
        except (OSError, AMQPError):
            return True
        return False

    def _declare_delays(self) -> None:
        """What a delayed message goes through; a worker declares the same when it starts."""
        if self._delays:
            return
        try:
            with self._connection.channel() as channel:
                Exchange(CELERY_DELAYED_DELIVERY_EXCHANGE)(channel).declare(passive=True)
        except NotFound:
            declare_native_delayed_delivery_exchanges_and_queues(self._connection, "quorum")
        for queue in self._queues:
            bind_queue_to_native_delayed_delivery_exchange(self._connection, queue)
        self._delays = True

    def _drop(self) -> None:
        connection, self._connection, self._confirmed = self._connection, None, None
        self._delays = False
        if connection is not None:
            with suppress(OSError, AMQPError):
                connection.collect(socket_timeout=0.1)
