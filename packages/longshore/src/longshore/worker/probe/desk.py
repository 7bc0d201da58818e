"""Where the questions of this process are answered, with or without a connection."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

from longshore.transport.keeper import KEEPERS
from longshore.worker.probe.condition import Condition, answer
from longshore.worker.probe.lag import Lag
from longshore.worker.probe.listener import Listener
from longshore.worker.probe.work import running_seconds


class Desk:
    """The worker's probe, opened once: the consumer changes with each connection, this stays."""

    def __init__(self) -> None:
        self._listener: Listener | None = None
        self._consumer: Any = None
        self.lag = Lag(time.monotonic())

    @property
    def listener(self) -> Listener | None:
        """The open socket, if this worker has one."""
        return self._listener

    def open(self, path: Path, consumer: Any) -> None:
        """Listen at the path on behalf of this consumer."""
        self._consumer = consumer
        if self._listener is None:
            self._listener = Listener(path, self.answer)

    def turn(self) -> None:
        """Answer whoever waits, at a moment in which the main loop stands still on purpose."""
        self.lag.rest(time.monotonic())
        self.answer_waiting()

    def answer_waiting(self) -> None:
        """Answer whoever waits."""
        if self._listener is not None:
            self._listener.turn()

    def answer(self, question: str) -> str:
        """Answer one question."""
        return answer(question, self.condition())

    def condition(self) -> Condition:
        """How the worker is now."""
        consumer = self._consumer
        running = running_seconds(consumer.pool)
        return Condition(
            panel=_ping(consumer),
            connected=is_connected(consumer),
            queues=queues_of(consumer),
            running=len(running),
            oldest_running=max(running, default=0.0),
            lag=self.lag.read(time.monotonic()),
        )

    def close(self) -> None:
        """Stop answering."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None

    def forget(self) -> None:
        """A forked child must not answer for its parent."""
        self.close()
        self._consumer = None


def _ping(consumer: Any) -> str:
    # Celery's control command; its panel exists before there is a connection.
    from celery.worker.control import Panel  # noqa: PLC0415  costly, and only a worker has one

    reply = Panel.data["ping"](consumer)
    return str(reply.get("ok", reply))


def is_connected(consumer: Any) -> bool:
    """Whether a consumer has its connection, and its broker answers."""
    return consumer.connection is not None and consumer.task_consumer is not None and KEEPERS.well


def queues_of(consumer: Any) -> tuple[str, ...]:
    """The queues that it consumes now."""
    if consumer.task_consumer is None:
        return ()
    return tuple(queue.name for queue in consumer.task_consumer.queues)


DESK = Desk()
os.register_at_fork(after_in_child=DESK.forget)
