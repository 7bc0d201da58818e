"""What RabbitMQ has dead-lettered is noted in the job's record, by whichever worker hears of it."""

from __future__ import annotations

from typing import Any

from celery import bootsteps
from celery.utils.log import get_logger
from kombu import Consumer

from longshore.errors import BrokerError
from longshore.rabbitmq.topology import DEAD_NOTES, dead_queues
from longshore.records import DeadReason, ErrorInfo
from longshore.store import Store
from longshore.store.entrusted import give_up

logger = get_logger(__name__)

#: How RabbitMQ names a message that was returned too often.
LIMIT = "delivery_limit"
AT_ONCE = 20


class DeadNotesStep(bootsteps.ConsumerStep):  # type: ignore[misc]  # Celery ships no types
    """Consumes the notes beside the jobs."""

    def get_consumers(self, channel: Any) -> list[Consumer]:
        """The consumer of the notes; the queue of the letters themselves is declared with it."""
        queues = [queue.bind(channel) for queue in dead_queues()]
        for queue in queues:
            queue.declare()
        notes = [queue for queue in queues if queue.name == DEAD_NOTES]
        return [Consumer(channel, notes, on_message=self._on_message, prefetch_count=AT_ONCE)]

    def start(self, c: Any) -> None:
        """Celery's hook; the records are those of the app's result backend."""
        self._store: Store = c.app.backend.broker_store
        super().start(c)

    def _on_message(self, message: Any) -> None:
        try:
            _note(self._store, message.headers or {})
        except BrokerError as error:
            logger.warning("a dead letter is noted later: %s", error)
            message.requeue()
        else:
            message.ack()


def _note(store: Store, headers: dict[str, Any]) -> None:
    job_id = headers.get("id")
    if not isinstance(job_id, str):
        return
    if headers.get("x-first-death-reason") == LIMIT:
        error = ErrorInfo("Quarantined", "delivered too often without an outcome")
        call = give_up(job_id, DeadReason.QUARANTINED, error)
    else:
        call = give_up(job_id, DeadReason.REJECTED, ErrorInfo("Rejected", "a worker rejected it"))
    if store.run(call):
        logger.error("job %s is a dead letter: %s", job_id, headers.get("x-first-death-reason"))
