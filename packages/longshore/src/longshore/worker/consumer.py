"""Celery's consumer, for a broker whose claims outlive a connection."""

from __future__ import annotations

from typing import Any

from celery.utils.log import get_logger
from celery.worker.consumer import Consumer

from longshore.errors import BrokerRefused
from longshore.outcome import error_of
from longshore.records import DeadReason, JobState
from longshore.store.claims import Settlement
from longshore.store.queues import check_queue_name
from longshore.transport.book import BOOK
from longshore.worker.escape import GuardedTracer, as_exception, tell_waiting
from longshore.worker.meter import METER
from longshore.worker.overdue import spare_ended
from longshore.worker.probe.step import answering

logger = get_logger(__name__)

#: Celery's own pauses grow to 30 s: a broker that is back would wait for its workers.
RECONNECT_SECONDS = {"interval_start": 0.5, "interval_step": 0.5, "interval_max": 3.0}


def kept(reason: DeadReason, error: BaseException) -> Settlement:
    """The settlement of a message that no handler can take: kept for a person."""
    return Settlement(JobState.DEAD, error=error_of(error), reason=reason)


class LongshoreConsumer(Consumer):  # type: ignore[misc]
    """Keeps what it claimed through a lost connection, and drops no message that it cannot run."""

    def ensure_connected(self, conn: Any) -> Any:
        """Waits for the broker; the worker's probe is answered meanwhile."""
        wait = conn.ensure_connection

        def wait_answering(*args: Any, callback: Any = None, **named: Any) -> Any:
            return wait(*args, callback=answering(callback), **{**RECONNECT_SECONDS, **named})

        conn.ensure_connection = wait_answering
        return super().ensure_connected(conn)

    _ready = False

    def on_close(self) -> None:
        """The connection is lost; the claims are not, so nothing is flushed or forgotten."""

    def on_ready(self) -> None:
        """The worker's parts are up: a pool that claims by itself may begin."""
        self._ready = True
        spare_ended(getattr(self.pool, "_pool", None), self.hub)
        self._order_pool()
        super().on_ready()

    def add_task_queue(self, queue: str, *options: Any, **named: Any) -> None:
        """Consumes one more queue, unless it is named as a key is: the worker goes on without."""
        try:
            check_queue_name(queue)
        except BrokerRefused as error:
            logger.warning("%s", error)
            return
        super().add_task_queue(queue, *options, **named)
        self._order_pool()

    def cancel_task_queue(self, queue: str) -> None:
        """Consumes one queue less."""
        super().cancel_task_queue(queue)
        self._order_pool()

    def update_strategies(self) -> None:
        """Make a tracer for each task; none lets out what would end the worker."""
        super().update_strategies()
        for task in self.app.tasks.values():
            task.__trace__ = GuardedTracer(task, task.__trace__)

    def reset_rate_limits(self) -> None:
        """Rate limits have changed; Celery's constructor calls this before there are orders."""
        super().reset_rate_limits()
        if self._ready:
            self._order_pool()

    def _order_pool(self) -> None:
        if getattr(self.pool, "claims_itself", False):
            self.pool.events_wanted = self._events_on
            self.pool.consume([queue.name for queue in self.app.amqp.queues.consume_from.values()])

    def _events_on(self) -> bool:
        """Whether events of tasks are sent; for heartbeats alone the dispatcher is enabled, too."""
        dispatcher = self.event_dispatcher
        if not dispatcher or not dispatcher.enabled:
            return False
        return not dispatcher.groups or "task" in dispatcher.groups

    def on_decode_error(self, message: Any, exc: BaseException) -> None:
        """A body that cannot be decoded goes to the dead letters, as it came."""
        BOOK.note(message.delivery_tag, kept(DeadReason.UNDECODABLE, exc))
        self._tell_waiting(message, exc)
        super().on_decode_error(message, exc)

    def _tell_waiting(self, message: Any, exc: BaseException) -> None:
        entry = BOOK.get(message.delivery_tag)
        if entry is not None:
            tell_waiting(self.app.backend, entry.claim.job_id, as_exception(exc))

    def on_unknown_message(self, body: Any, message: Any) -> None:
        """A message that is no task message."""
        error = ValueError("the message on the queue is not a Celery task message")
        BOOK.note(message.delivery_tag, kept(DeadReason.UNDECODABLE, error))
        super().on_unknown_message(body, message)

    def on_unknown_task(self, body: Any, message: Any, exc: BaseException) -> None:
        """A task that this worker does not know."""
        error = LookupError(f"no task is named {message.headers.get('task')!r} in this worker")
        BOOK.note(message.delivery_tag, kept(DeadReason.UNKNOWN_TASK, error))
        METER.unknown(message.headers.get("longshore"))
        super().on_unknown_task(body, message, exc)

    def on_invalid_task(self, body: Any, message: Any, exc: BaseException) -> None:
        """A task message whose fields make no sense."""
        BOOK.note(message.delivery_tag, kept(DeadReason.UNDECODABLE, exc))
        self._tell_waiting(message, exc)
        super().on_invalid_task(body, message, exc)
