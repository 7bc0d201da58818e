"""kombu's Redis channel with the three steps replaced that can lose or double a job.

Publishing runs the enqueue script, consuming the claim script, acknowledging the settle script;
exchanges, fan-out, priorities and connections stay kombu's.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from queue import Empty
from typing import Any, TypeVar

from kombu.log import get_logger
from kombu.transport import redis as kombu_redis
from kombu.utils.json import dumps

from longshore.broker_url import check_single, split
from longshore.current import claim as current_claim
from longshore.envelope import PRIORITY_STEPS
from longshore.errors import (
    BrokerError,
    BrokerRefused,
    BrokerUnavailable,
    NotAQueue,
    SettingsError,
)
from longshore.store import Store
from longshore.store.attempts import CONNECTION_ERRORS, Attempts, LoginRefused
from longshore.store.connecting import no_retries
from longshore.store.connection import writable
from longshore.store.jobs import Enqueued, post
from longshore.store.patience import WAITING, Seldom, pause
from longshore.store.queues import bind, purge, purge_delayed, put_reply, ring
from longshore.store.refusals import cannot_write, passes, refusal
from longshore.store.settings import StoreSettings, settings_from_options
from longshore.store.tls import certificate_error, tls_options
from longshore.transport.book import BOOK
from longshore.transport.claiming import ClaimingMixin
from longshore.transport.errors import PublishRefused, PublishUnavailable
from longshore.transport.keeper import KEEPERS
from longshore.transport.publishing import is_job, is_onward, post_of
from longshore.transport.qos import QoS
from longshore.transport.sentinel import SentinelMixin
from longshore.transport.silence import SilenceMixin
from longshore.transport.stores import STORES

logger = get_logger(__name__)
T = TypeVar("T")

#: Routing tables change when a queue is declared; reading one per publish costs a round trip.
TABLE_TTL_SECONDS = 5.0
PURGE_AT_ONCE = 1000
#: The queues on which clients wait for the replies of workers.
REPLIES = ".reply.celery.pidbox"
BINDINGS = Seldom()


class Channel(SilenceMixin, SentinelMixin, ClaimingMixin, kombu_redis.Channel):  # type: ignore[misc]
    """A channel whose jobs cannot be lost.

    Raises:
        PublishUnavailable: opening it or publishing got no answer within the deadline.
        PublishRefused: the broker refused, no queue is bound for the message, or the URL names
            several brokers.
    """

    QoS = QoS
    socket_timeout = 5.0
    socket_connect_timeout = 5.0
    socket_keepalive = True
    supports_batch_publish = False

    def __init__(self, connection: Any, **options: Any) -> None:
        self._tables: dict[str, tuple[float, list[tuple[str, ...]]]] = {}
        self._no_ack: set[str] = set()
        self._asked_pools: list[Any] = []
        client = connection.client
        if client.alt:
            self._refuse_several(client.alt)
        self.settings: StoreSettings = settings_from_options(client.transport_options)
        self.place: str = client.as_uri()
        if not BOOK.kept_by_worker:
            self._answer_within(self.settings.deadline_seconds * 0.75)
        if self._belongs_to_consumer:
            self._open(connection, options)
        else:
            self._until_published(lambda: self._open(connection, options), onward=True)

    @staticmethod
    def _refuse_several(urls: list[str]) -> None:
        """A client that failed over would accept jobs where no worker of the first looks."""
        try:
            check_single(split(urls))
        except SettingsError as error:
            raise PublishRefused(str(error)) from None

    def _open(self, connection: Any, options: dict[str, Any]) -> None:
        # kombu puts instances in place of the class's exchange types, and must find those again.
        self.__dict__.pop("exchange_types", None)
        try:
            self._refuse_silent_broker()
            super().__init__(connection, **options)
            if self._belongs_to_consumer:
                self._refuse_unwritable_broker()
        except connection.connection_errors as error:
            if self._belongs_to_consumer:
                raise
            if isinstance(error, LoginRefused):
                message = f"broker {self.place} refused the login: {error}"
                raise PublishRefused(message, "NOAUTH") from error
            if reason := certificate_error(error):
                raise PublishRefused(f"broker {self.place}: {reason}") from error
            raise BrokerUnavailable(f"broker {self.place} cannot be reached: {error}") from error

    def _refuse_unwritable_broker(self) -> None:
        """A consumer waits here until the broker takes writes; connecting tells nothing of it.

        Raises:
            ConnectionError: it is a replica, its disk is full, or this user may not write.
        """
        try:
            self.store.run(writable())
        except BrokerError as error:
            raise ConnectionError(str(error)) from error

    @property
    def _belongs_to_consumer(self) -> bool:
        """Whether a worker's consumer uses it, which connects anew by itself, and no handler."""
        return BOOK.kept_by_worker and current_claim.get() is None

    def _answer_within(self, seconds: float) -> None:
        """Opening a channel is a part of publishing: both have one deadline."""
        self.socket_timeout = self.socket_connect_timeout = seconds

    @property
    def store(self) -> Store:
        """The process's store on this channel's broker."""
        return STORES.get(self.place, self.settings, self._store_pool)

    def _store_pool(self) -> Any:
        pool = self._get_pool()
        pool.connection_kwargs.update(
            socket_timeout=self.settings.deadline_seconds * 0.75,
            socket_connect_timeout=self.settings.deadline_seconds * 0.75,
            retry=no_retries(),
        )
        pool.max_connections = self.settings.max_connections
        return pool

    #: whether the URL asks for TLS; Celery's broker_use_ssl may ask for it, too
    secure = False

    def _connparams(self, asynchronous: bool = False) -> dict[str, Any]:
        client = self.connection.client
        # kombu connects in the clear, without a word, when it is given what it cannot read.
        if self.secure or client.ssl:
            client.ssl = tls_options(client.ssl)
        own = {"retry": no_retries(), "encoding_errors": "backslashreplace"}
        return {**super()._connparams(asynchronous), **own}

    def basic_consume(self, queue: str, no_ack: bool = False, *args: Any, **options: Any) -> Any:
        """Consumes a queue; from now on this process renews its claims and does upkeep."""
        if no_ack:
            self._no_ack.add(queue)
        elif queue not in self._fanout_queues:
            KEEPERS.keep(self.place, STORES.get(self.place, self.settings, self._store_pool))
        tag = super().basic_consume(queue, no_ack, *args, **options)
        if queue in self._fanout_queues:
            self._subscribe_now()
        return tag

    def _subscribe_now(self) -> None:
        """Returns when broadcasts are heard.

        kombu subscribes in its loop's first turn: a worker has said by then that it is ready, and
        has missed what was broadcast in between.
        """
        cycle, listening = self.connection.cycle, bool(self._in_listen)
        cycle._register_LISTEN(self)  # noqa: SLF001
        if listening:
            self._subscribe()
        if self.subclient.connection.can_read(timeout=self.socket_timeout):
            self._receive()

    @property
    def active_queues(self) -> list[str]:
        """The queues that this channel itself claims from."""
        queues: list[str] = super().active_queues
        return [queue for queue in queues if queue in self._no_ack] if BOOK.pool_claims else queues

    def _put(self, queue: str, message: dict[str, Any], **options: Any) -> None:
        if not is_job(message):
            self._put_other(queue, message, **options)
            return
        priority = self._get_message_priority(message, reverse=False)
        enqueued = self._enqueue(queue, message, priority)
        if enqueued.refused:
            logger.warning("retry of job %s refused: its lease was lost", enqueued.job_id)

    def _enqueue(self, queue: str, message: dict[str, Any], priority: int) -> Enqueued:
        onward = is_onward(message["headers"])
        new = post_of(message, queue, self._q_for_pri(queue, priority), priority)
        try:
            call = post(new, onward=onward)
        except NotAQueue as error:
            raise PublishRefused(str(error)) from error
        return self._until_published(lambda: self.store.run(call), onward)

    def _put_other(self, queue: str, message: dict[str, Any], **options: Any) -> None:
        """Puts what is no job on its list."""
        if queue.endswith(REPLIES):
            reply = put_reply(queue, dumps(message), self._expires.get(queue))
            self._until_published(lambda: self.store.run(reply))
            return
        try:
            super()._put(queue, message, **options)
        except self.ResponseError as error:
            refused = refusal(self.place, "a message", error)
            raise PublishRefused(str(refused), refused.code) from error
        self._until_published(lambda: self.store.run(ring(queue)))

    def _until_published(self, step: Callable[[], T], onward: bool = False) -> T:
        """Take a step of publishing; a running job takes it again until the broker is back.

        ``onward``: the outcome of that job hangs on it, so that it waits whatever the broker's
        reason is, if that may pass.

        Raises:
            PublishUnavailable: the broker did not answer, and no job publishes here.
            PublishRefused: the broker refused.
        """
        while True:
            try:
                return step()
            except BrokerUnavailable as error:
                # The outcome of a job that publishes could not be settled now either.
                if current_claim.get() is None:
                    raise PublishUnavailable(str(error)) from error
                WAITING.warn(logger, "waiting for the broker: %s", error)
                pause()
            except BrokerRefused as error:
                waits = cannot_write(error) or (onward and passes(error))
                if current_claim.get() is None or not waits:
                    raise PublishRefused(str(error), error.code) from error
                WAITING.warn(logger, "waiting for the broker: %s", error)
                pause()

    def _declare(self, step: Callable[[], T]) -> T:
        """Read or write a routing table, within the deadline of a publish."""
        if self._belongs_to_consumer:
            return step()
        # What it is for is not known here: it may be a retry.
        return self._until_published(lambda: self._within_deadline(step), onward=True)

    def _within_deadline(self, step: Callable[[], T]) -> T:
        attempts = Attempts("declare", self.place, self.settings, self.store.breaker)
        while True:
            try:
                result = step()
            except CONNECTION_ERRORS as error:
                attempts.connection_failed(error)
                time.sleep(attempts.pause_seconds)
            except self.ResponseError as error:
                attempts.refused(error)
                time.sleep(attempts.pause_seconds)
            else:
                attempts.answered()
                return result

    def get_table(self, exchange: str) -> list[tuple[str, ...]]:
        """The exchange's bindings, at most a few seconds old."""
        now = time.monotonic()
        read_at, table = self._tables.get(exchange, (float("-inf"), []))
        if table and now - read_at < TABLE_TTL_SECONDS:
            return table
        read = super().get_table
        try:
            table = self._declare(lambda: read(exchange))
        except (PublishUnavailable, *CONNECTION_ERRORS):
            if not table:
                raise
        self._tables[exchange] = (now, table)
        return table

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        self._tables.pop(exchange, None)
        if self.typeof(exchange).type == "fanout":
            self._fanout_queues[queue] = (exchange, routing_key.replace("#", "*"))
        try:
            self._declare(lambda: self._enter(exchange, routing_key, pattern, queue))
        except BaseException:
            # kombu remembers it as bound, and would not bind it again.
            self.state.binding_delete(queue, exchange, routing_key)
            raise

    def _enter(self, exchange: str, routing_key: str, pattern: str, queue: str) -> None:
        member = self.sep.join([routing_key or "", pattern or "", queue or ""])
        keep_ms = self._binding_ttl(queue) if queue in self._expires else None
        self.store.run(bind(exchange, member, keep_ms))

    def _refresh_bindings(self, queues: list[str]) -> None:
        for queue in queues:
            for exchange, routing_key, arguments in self.state.queue_bindings(queue):
                kind = self.typeof(exchange)
                _, pattern, _ = kind.prepare_bind(queue, exchange, routing_key, arguments)
                self._enter(exchange, routing_key, pattern, queue)

    def maybe_refresh_binding_expiry(self) -> None:
        """Keep the tables of expiring queues; a broker that refuses costs a line, no worker."""
        try:
            super().maybe_refresh_binding_expiry()
        except (BrokerError, self.ResponseError) as error:
            BINDINGS.warn(logger, "bindings are kept alive later: %s", error)

    def _lookup(self, exchange: str, routing_key: str, default: str | None = None) -> list[str]:
        queues: list[str] = super()._lookup(exchange, routing_key, default)
        if not queues and exchange and self.typeof(exchange).type != "fanout":
            self._tables.pop(exchange, None)
            queues = super()._lookup(exchange, routing_key, default)
        return queues

    def _delete(
        self, queue: str, exchange: str, routing_key: str, pattern: str, *_: Any, **named: Any
    ) -> None:
        self.auto_delete_queues.discard(queue)
        member = self.sep.join([routing_key or "", pattern or "", queue or ""])
        with self.conn_or_acquire(client=named.get("client")) as client:
            client.srem(self.keyprefix_queue % exchange, member)
            client.srem(self.keyprefix_binding_permanent % exchange, member)
            client.delete(*[self._q_for_pri(queue, step) for step in self.priority_steps])

    def _purge(self, queue: str) -> int:
        """Drop what waits, also what is delayed: Celery's brokers hold both in the queue.

        What is delayed goes first: what becomes due meanwhile is found among the rest.
        """
        priorities = [purge(queue, step, PURGE_AT_ONCE) for step in PRIORITY_STEPS]
        dropped = 0
        for call in (purge_delayed(queue, PURGE_AT_ONCE), *priorities):
            while count := self.store.run(call):
                dropped += count
        return dropped

    def _size(self, queue: str) -> int:
        """How many messages wait; a key that is no list is somebody else's, and no queue."""
        try:
            return self._declare(lambda: self._waiting(queue))
        except self.ResponseError as error:
            if "WRONGTYPE" not in str(error):
                raise
            logger.warning(
                "nothing is claimed from %r: that key is no queue, use another name", queue
            )
            return 0

    def _waiting(self, queue: str) -> int:
        """A full Redis 6.2 refuses what stands behind MULTI."""
        with self.conn_or_acquire() as client, client.pipeline(transaction=False) as pipe:
            for priority in self.priority_steps:
                pipe.llen(self._q_for_pri(queue, priority))
            return sum(pipe.execute())

    def _get(self, queue: str) -> dict[str, Any]:
        payloads = self.claim_now(queue)
        if not payloads:
            raise Empty
        return payloads[0]


class TLSChannel(Channel):
    """The same over TLS; certificates are checked unless the URL or app says otherwise."""

    secure = True
