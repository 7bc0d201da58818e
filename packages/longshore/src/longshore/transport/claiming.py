"""Consuming: an idle channel blocks on doorbells, then claims; a busy one claims at once."""

from __future__ import annotations

import time
from queue import Empty
from typing import TYPE_CHECKING, Any

from kombu.log import get_logger

from longshore.current import Claim
from longshore.errors import BrokerError
from longshore.records import DeadReason, ErrorInfo, JobState
from longshore.store.attempts import ScriptMissing
from longshore.store.call import Call
from longshore.store.claims import (
    Delivery,
    Held,
    Settlement,
    Source,
    claim,
    release,
    renew,
)
from longshore.store.patience import Seldom
from longshore.store.queues import bell_key
from longshore.store.refusals import is_demotion, refusal
from longshore.transport.book import BOOK
from longshore.transport.delivery import payload_of

if TYPE_CHECKING:
    from longshore.store import Store
    from longshore.store.settings import StoreSettings

    class _Base:
        """What the mix-in expects of kombu's channel."""

        client: Any
        connection: Any
        connection_errors: tuple[type[Exception], ...]
        ResponseError: type[Exception]
        priority_steps: list[int]
        brpop_timeout: float
        place: str
        qos: Any
        settings: StoreSettings
        _queue_cycle: Any
        _in_poll: Any
        _brpop_sent_at: float | None
        _closing: bool
        _no_ack: set[str]

        @property
        def active_queues(self) -> list[str]: ...
        @property
        def store(self) -> Store: ...
        def _q_for_pri(self, queue: str, pri: int) -> str: ...
        def _flush_brpop_reauth(self) -> None: ...

else:
    _Base = object

logger = get_logger(__name__)

#: What decoding a message may raise: JSON itself, and kombu's typed values in it.
UNREADABLE = (ValueError, TypeError, LookupError, ArithmeticError, RecursionError)

#: Until the next claim is sent after one that the broker refused.
REFUSED_SECONDS = 0.5
REFUSALS = Seldom()

#: Claimed at once when the prefetch limit leaves it open.
UNLIMITED_CLAIM = 64


class ClaimingMixin(_Base):
    """Replaces kombu's BRPOP, which takes a message off its list before it is written down."""

    #: whether the last claim brought work: then the next one does not wait for the bell
    _busy = False
    _send_source = False
    _rings_expected = 0
    _refused_until = float("-inf")

    def _sources(self, queues: list[str]) -> list[Source]:
        return [
            Source(self._q_for_pri(queue, step), queue, queue in self._no_ack)
            for step in self.priority_steps
            for queue in queues
        ]

    def _claim_call(self, queues: list[str], limit: int) -> Call[list[Delivery]]:
        worker = BOOK.worker or BOOK.owner
        return claim(self._sources(queues), owner=BOOK.owner, worker=worker, limit=limit)

    def _brpop_start(self, timeout: float | None = None) -> None:
        queues = self._queue_cycle.consume(len(self.active_queues))
        if not queues or not self._worth_asking() or time.monotonic() < self._refused_until:
            return
        self._asked = self._claim_call(queues, self._room())
        commands: list[tuple[Any, ...]] = []
        if not self._busy:
            bells = [bell_key(self.settings.key_prefix, queue) for queue in queues]
            commands.append(("BLPOP", *bells, timeout or self.brpop_timeout or 1))
        commands.append(self._command(self._asked))
        connection = self.client.connection
        self._rings_expected = len(commands) - 1
        self._in_poll = connection
        self._brpop_sent_at = time.monotonic()
        connection.send_packed_command(connection.pack_commands(commands))

    def _room(self) -> int:
        if not BOOK.kept_by_worker:
            return 1  # kombu's own consumers count on one message for each drain_events()
        room = self.qos.can_consume_max_estimate()
        return UNLIMITED_CLAIM if room is None else max(1, min(room, UNLIMITED_CLAIM))

    def _worth_asking(self) -> bool:
        """False while every handler has its next job here: then many are claimed in one call.

        Half of what is held beyond the running jobs must have been used up. What waits for a rate
        limit is no handler's next job.
        """
        limit, slots = self.qos.prefetch_count, BOOK.slots()
        room = self.qos.can_consume_max_estimate()
        if not limit or not slots or room is None:
            return True
        return bool(room >= max(1, (limit - slots - BOOK.rate_limited()) // 2))

    def _command(self, call: Call[list[Delivery]]) -> tuple[Any, ...]:
        argv = call.argv(self.settings)
        if self._send_source:
            self._send_source = False
            return ("EVAL", call.script.source, 0, *argv)
        return ("EVALSHA", call.script.sha, 0, *argv)

    def _brpop_read(self, **_: Any) -> bool:
        asked_at = self._brpop_sent_at or time.monotonic()
        try:
            deliveries = self._asked.read(self._answer())
        except ScriptMissing:
            self._send_source, self._busy = True, True
            raise Empty from None
        except self.ResponseError as error:
            self._refused(error)
            raise Empty from None
        finally:
            self._in_poll = None
            self._flush_brpop_reauth()
        self._busy = bool(deliveries)
        if self._closing:
            self._give_back(deliveries)
            raise Empty
        return self._deliver_all(self._still_held(deliveries, asked_at))

    def _answer(self) -> Any:
        """The answer to the claim; that of the bell before it is read as well, whatever it is."""
        connection = self.client.connection
        try:
            refused = [self._read_bell(connection) for _ in range(self._rings_expected)]
            answer = connection.read_response()
        except self.connection_errors:
            connection.disconnect()
            raise
        if (error := next(filter(None, refused), None)) is not None and not answer:
            raise error
        return answer

    def _read_bell(self, connection: Any) -> Exception | None:
        try:
            connection.read_response()
        except self.ResponseError as error:
            return error
        return None

    def _refused(self, error: Any) -> None:
        """The broker refused to wait for work, or to hand it over: the next claim comes later.

        Raises:
            ConnectionError: it has become a replica, so the primary must be looked for.
        """
        self._busy, self._refused_until = False, time.monotonic() + REFUSED_SECONDS
        if is_demotion(error):
            self.client.connection.disconnect()
            raise ConnectionError("the broker has become a replica") from error
        REFUSALS.warn(logger, "no work can be claimed: %s", refusal(self.place, "claim", error))

    def _deliver_all(self, deliveries: list[Delivery]) -> bool:
        if not deliveries:
            raise Empty
        for delivery in deliveries:
            if delivery.claim is not None:
                BOOK.add(delivery.claim, self.store)
        for delivery in deliveries:
            self._queue_cycle.rotate(delivery.queue)
            self._deliver_one(delivery)
        return True

    def _deliver_one(self, delivery: Delivery) -> None:
        try:
            payload = payload_of(delivery)
        except UNREADABLE as error:
            self._keep_unreadable(delivery, error)
        else:
            self.connection._deliver(payload, delivery.queue)  # noqa: SLF001

    def _keep_unreadable(self, delivery: Delivery, error: Exception) -> None:
        """Lua reads more as JSON than Python does: such a message must not end the worker."""
        logger.error("a message on queue %s cannot be read: %s", delivery.queue, error)
        if delivery.claim is None:
            return
        info = ErrorInfo(type(error).__name__, str(error))
        end = Settlement(JobState.DEAD, error=info, reason=DeadReason.UNDECODABLE)
        BOOK.note(delivery.claim.tag, end)
        self.qos.reject(delivery.claim.tag)

    def _still_held(self, deliveries: list[Delivery], asked_at: float) -> list[Delivery]:
        """Leaves out claims that waited so long in the socket that their lease may have ended."""
        if time.monotonic() - asked_at < self.settings.lease_seconds / 2:
            return deliveries
        held = [delivery.claim for delivery in deliveries if delivery.claim is not None]
        try:
            answers = iter(self.store.run(renew(held)) if held else [])
        except BrokerError as error:
            logger.warning("%d claim(s) are left to their leases: %s", len(held), error)
            return []
        kept = (Held.HELD, Held.CANCEL)
        return [one for one in deliveries if one.claim is None or next(answers) in kept]

    def _give_back(self, deliveries: list[Delivery]) -> None:
        for delivery in deliveries:
            if delivery.claim is not None:
                self._release(delivery.claim)

    def _release(self, held: Claim) -> None:
        why = "its channel was closing"
        try:
            self.store.run(release(held, begun=False, counted=False, why=why))
        except BrokerError as error:
            logger.warning("job %s is left to its lease: %s", held.job_id, error)

    def claim_now(self, queue: str) -> list[dict[str, Any]]:
        """Claims one message of a queue without waiting, for kombu's synchronous get."""
        deliveries = self.store.run(self._claim_call([queue], 1))
        for delivery in deliveries:
            if delivery.claim is not None:
                BOOK.add(delivery.claim, self.store)
        return [payload_of(delivery) for delivery in deliveries]
