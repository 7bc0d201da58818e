"""Celery's result backend over the store: an attempt's outcome and its result are one step.

Results keep Celery's own keys and documents (``celery-task-meta-<id>``, see
``celery.backends.redis``), so that a stock reader finds them.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Generator, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from celery import states
from celery.backends.base import loads
from celery.backends.redis import RedisBackend, ResultConsumer
from celery.exceptions import TaskRevokedError
from celery.utils.log import get_logger

from longshore import chords, current
from longshore.broker_url import broker_url_of
from longshore.current import Claim
from longshore.errors import ResultsUnavailable, UnknownJob
from longshore.logs.redaction import redacted
from longshore.outcome import HOLDER, claim_of, error_of, settlement_of
from longshore.records import JobState
from longshore.result_document import success
from longshore.sealing.serializer import NAME as SEALED
from longshore.store import Call, Store, StoreSettings
from longshore.store.chords import chord_end, chord_part
from longshore.store.claims import Held, note_retry, put_result, renew, settle
from longshore.store.jobs import cancel
from longshore.store.patience import PAUSE_SECONDS, WAITING, pause, run_patiently
from longshore.store.refusals import ServerRefusal, passes, refusal
from longshore.store.result_place import BackendPlace, BackendRetry
from longshore.store.settings import settings_from_options
from longshore.store.url import same_server, shown
from longshore.tracing import steps

logger = get_logger(__name__)
T = TypeVar("T")
JSON = "application/json"


def followed(request: Any) -> bool:
    """Whether others read this job's result while its end is told to them.

    The last job of a nested chord waits for every result of the header, its own among them.
    """
    return any(getattr(request, name, None) for name in ("chord", "chain", "errbacks"))


class PatientResultConsumer(ResultConsumer):  # type: ignore[misc]
    """Connects anew with each turn of a wait; Celery's own reconnects outlast any timeout."""

    @contextlib.contextmanager
    def reconnect_on_error(self) -> Generator[None]:
        """Connect anew, once, after a lost connection.

        Raises:
            ResultsUnavailable: the server does not answer.
        """
        try:
            yield
        except TimeoutError:
            raise
        except self._connection_errors:
            self._connect_again()

    def _connect_again(self) -> None:
        try:
            self._reconnect_pubsub()
        except self._connection_errors as error:
            raise ResultsUnavailable(f"results cannot be waited for: {error}") from error

    def drain_events(self, timeout: float | None = None) -> None:
        """Wait for a result; return within about ``timeout`` seconds, whatever the server does."""
        try:
            if self._pubsub is None and self.subscribed_to:
                with self._locked():
                    self._connect_again()
            super().drain_events(timeout=timeout)
        except ResultsUnavailable as error:
            WAITING.warn(logger, "%s", error)
            time.sleep(min(PAUSE_SECONDS, timeout or PAUSE_SECONDS))

    def cancel_for(self, task_id: Any) -> None:
        """Want a result no more; a server that is away has forgotten it anyway."""
        with contextlib.suppress(ResultsUnavailable):
            super().cancel_for(task_id)


class LongshoreBackend(RedisBackend):  # type: ignore[misc]
    """Stores results as Celery's Redis backend does, and settles the claim in the same script.

    When results live on another server than the broker, the result is written first and the
    claim settled after it, so that a crash in between repeats the job rather than losing it.
    """

    ResultConsumer = PatientResultConsumer
    #: the scheme that Celery cuts off a URL with a plus sign in its scheme
    scheme = "longshore"

    def __init__(self, url: str | None = None, app: Any = None, **options: Any) -> None:
        place = BackendPlace.of(url, self.scheme, app.conf.redis_backend_use_ssl)
        self._place = place
        super().__init__(url=place.celery_url, app=app, **options)
        self.url = place.url
        self.connparams |= self._bounds()
        self._broker_store: Store | None = None
        self._last = threading.local()
        self._with_broker: bool | None = None

    def _bounds(self) -> dict[str, Any]:
        """Bound each command by the deadline of a call; Celery's own limit is two minutes."""
        answer, limits = self.settings.answer_seconds, {}
        for name in ("socket_timeout", "socket_connect_timeout"):
            limits[name] = min(self.connparams.get(name) or answer, answer)
        if "path" in self.connparams:
            del limits["socket_connect_timeout"]
        retry = BackendRetry(self.settings.deadline_seconds)
        return {**limits, "retry": retry, "encoding_errors": "backslashreplace"}

    @property
    def settings(self) -> StoreSettings:
        """The broker's settings, with Celery's result expiry."""
        options = dict(self.app.conf.broker_transport_options or {})
        if self.expires:
            options.setdefault("result_ttl_seconds", int(self.expires))
        return settings_from_options(options)

    def as_uri(self, include_password: bool = False) -> str:
        """The URL, without its passwords unless they are asked for."""
        return self.url if include_password else shown(self.url)

    def _get_pool(self, **params: Any) -> Any:
        pool = self._place.sentinel_pool(params)
        return super()._get_pool(**params) if pool is None else pool

    def _add_global_keyprefix(self) -> None:
        """Results beside the queues have the queues' key prefix: one script writes both."""
        broker, prefix = self._broker_url, self.settings.key_prefix
        if not broker.startswith("longshore") or not same_server(self._place.url, broker):
            super()._add_global_keyprefix()
            return
        for kind in ("task", "group", "chord"):
            name = f"{kind}_keyprefix"
            setattr(self, name, f"{prefix}{getattr(self, name)}")

    @property
    def _broker_url(self) -> str:
        return broker_url_of(self.app.conf)

    @property
    def broker_store(self) -> Store | None:
        """The store in which claims are settled; ``None`` when the broker is not Longshore's."""
        if self._broker_store is None and self._broker_url.startswith("longshore"):
            self._broker_store = Store.from_url(self._broker_url, self.settings)
        return self._broker_store

    @property
    def settles(self) -> bool:
        """Whether it ends claims."""
        return self.broker_store is not None

    @property
    def with_broker(self) -> bool:
        """Whether results live in the same database as the queues."""
        if self._with_broker is None:
            self._with_broker = same_server(self.url, self._broker_url)
        return self._with_broker

    def set(self, key: str, value: str | bytes, expires: Any = None, **policy: Any) -> Any:
        """Writes a document that is no outcome of this broker's; in a job it waits for a refusal
        to pass, which says nothing of the job.

        Raises:
            BrokerRefused: the server refused it, and no job runs here or it will not pass.
        """
        fits = not isinstance(value, str) or len(value) <= self._MAX_STR_VALUE_SIZE
        store = self.broker_store if self.with_broker and fits else None
        if store is not None and current.claim.get() is not None:
            keep = self.expires if expires is None else expires
            return run_patiently(store, put_result(key, value, int(keep or 0)))
        while True:
            try:
                return super().set(key, value, expires, **policy)
            except ServerRefusal as error:
                refused = refusal(shown(self.url), "a result", error)
                if current.claim.get() is None or not passes(refused):
                    raise refused from error
                WAITING.warn(logger, "waiting for the result backend: %s", refused)
                pause()

    def on_task_call(self, producer: Any, task_id: str) -> None:
        """Nothing: whoever waits subscribes when the wait begins, which saves a round trip."""

    def mark_as_done(
        self,
        task_id: str,
        result: Any,
        request: Any = None,
        store_result: bool = True,
        state: str = states.SUCCESS,
    ) -> None:
        """Settles a success; a chord is told first, so that a crash in between tells it again."""
        held = claim_of(request)
        if held is None:
            super().mark_as_done(task_id, result, request, store_result, state)
            return
        if followed(request) and self._holds(held):
            with current.running(held):
                super().mark_as_done(task_id, result, request, store_result, state)
        self._settle(held, result, state, None, request, store_result)

    def mark_as_failure(
        self,
        task_id: str,
        exc: BaseException,
        traceback: Any = None,
        request: Any = None,
        store_result: bool = True,
        call_errbacks: bool = True,
        state: str = states.FAILURE,
    ) -> None:
        """Settles a failure; chords, chains and errbacks are told first."""
        held = claim_of(request)
        if held is None:
            super().mark_as_failure(
                task_id, exc, traceback, request, store_result, call_errbacks, state
            )
            return
        if followed(request) and self._holds(held):
            with current.running(held):
                super().mark_as_failure(
                    task_id, exc, traceback, request, store_result, call_errbacks, state
                )
        self._settle(held, exc, state, traceback, request, store_result)

    def mark_as_revoked(
        self,
        task_id: str,
        reason: str = "",
        request: Any = None,
        store_result: bool = True,
        state: str = states.REVOKED,
    ) -> None:
        """Settles a job that was cancelled or has expired.

        Celery's revoke arrives here without a claim: it is kept, and holds when workers restart.
        A job that runs, or has ended, is left to its own outcome.
        """
        held = claim_of(request)
        if held is None:
            if self._cancel(task_id) not in (None, JobState.CANCELLED):
                return
            super().mark_as_revoked(task_id, reason, request, store_result, state)
            return
        if followed(request) and self._holds(held):
            with current.running(held):
                super().mark_as_revoked(task_id, reason, request, store_result, state)
                self._fail_chain(request.chain, TaskRevokedError(reason), state=state)
        self._settle(held, TaskRevokedError(reason), state, None, request, store_result)

    def mark_as_retry(
        self,
        task_id: str,
        exc: BaseException,
        traceback: Any = None,
        request: Any = None,
        store_result: bool = True,
        state: str = states.RETRY,
    ) -> None:
        """Notes why a job is tried again; its new place was taken when it was enqueued."""
        held = claim_of(request)
        if held is None:
            super().mark_as_retry(task_id, exc, traceback, request, store_result, state)
            return
        meta = self._meta(exc, state, traceback, request, task_id)
        self._run_patiently(note_retry(held, steps.retried(held, error_of(exc, traceback)), meta))

    def ensure(self, fun: Callable[..., T], args: Sequence[Any], **policy: Any) -> T:  # noqa: ARG002
        """Take a step once: its connection repeats each command for as long as there is time.

        Celery's own repetitions take minutes with a server that hangs.

        Raises:
            ResultsUnavailable: the server did not answer, and no job runs here.
        """
        try:
            return fun(*args)
        except self.connection_errors as error:
            raise ResultsUnavailable(f"{shown(self.url)} did not answer: {error}") from error

    def _set_chord_key(self, key: str, value: Any) -> Any:
        """What is known of an open chord is kept until it ends, however long a member takes."""
        if not self.with_broker:
            return super()._set_chord_key(key, value)
        return self.ensure(self.client.set, (key, value))

    def on_chord_part_return(
        self, request: Any, state: str, result: Any, propagate: Any = None, **options: Any
    ) -> None:
        """Counts a chord's member, once and under its claim; the last one sets off the body."""
        held = claim_of(request) or current.claim.get()
        if held is None or not self.with_broker or not request.group or not request.id:
            super().on_chord_part_return(request, state, result, propagate, **options)
            return
        noted = self._run_patiently(chord_part(held, chords.part_of(self, request, state, result)))
        if noted is None or not noted.nonce:
            return
        passed_on = chords.finish(self, request, noted.nonce)
        end = chord_end(request.group, self.chord_expires or 0, keeps_parts=not passed_on)
        self._run_patiently(end)

    def _holds(self, held: Claim) -> bool:
        """Whether this run may still tell others how it ended; its lease begins anew for that."""
        if self.has_settled(held):
            return False
        answers = self._run_patiently(renew([held]))
        return answers is not None and answers[0] not in (Held.LOST, Held.ENDED)

    def _cancel(self, task_id: str) -> JobState | None:
        """The state of a job that shall not run (again); ``None`` when it is not known."""
        store = self.broker_store
        if store is not None:
            with contextlib.suppress(UnknownJob):
                return store.run(cancel(task_id, running=False))
        return None

    def _settle(
        self, held: Claim, result: Any, state: str, traceback: Any, request: Any, keep: bool
    ) -> None:
        if self.has_settled(held):
            return
        self._settle_once(
            held, result, state, traceback, request, self._keeps(keep, state, request)
        )
        self._last.held = held

    def has_settled(self, held: Claim) -> bool:
        """Whether this thread's last outcome was of this claim: Celery tells of a failure anew
        when a hook of the task raises while it hears of it."""
        return getattr(self._last, "held", None) == held

    def _keeps(self, keep: bool, state: str, request: Any) -> bool:
        """Whether the result is kept: with ``ignore_result`` an error may be, and nothing else."""
        task = self.app.tasks.get(getattr(request, "task", None))
        ignored = getattr(request, "ignore_result", None)
        if ignored is None:
            ignored = getattr(task, "ignore_result", False)
        if keep and ignored:
            errors = getattr(task, "store_errors_even_if_ignored", False)
            return state != states.SUCCESS and bool(errors)
        return keep

    def _settle_once(
        self, held: Claim, result: Any, state: str, traceback: Any, request: Any, keep: bool
    ) -> None:
        meta = self._meta(result, state, traceback, request, held.job_id) if keep else b""
        if meta and not self.with_broker:
            with current.running(held):
                self._set_with_state(self.get_key_for_task(held.job_id), meta, state)
            meta = b""
        end = settlement_of(state, result, meta, *self._retries(request), traceback)
        if HOLDER.sink is not None and HOLDER.sink.add(held, end):
            return
        steps.settling(held, end)
        settled = steps.settled(held, self._run_patiently(settle(held, end)))
        if settled is False:
            logger.warning(
                "outcome of job %s refused: its lease was lost (delivery %d)",
                held.job_id,
                held.delivery,
            )

    def _retries(self, request: Any) -> tuple[int, int | None]:
        task = self.app.tasks.get(getattr(request, "task", None))
        return getattr(request, "retries", 0) or 0, getattr(task, "max_retries", None)

    def _run_patiently(self, call: Call[T]) -> T | None:
        """Waits for a broker that is away: the outcome cannot be kept anywhere else."""
        store = self.broker_store
        return None if store is None else run_patiently(store, call)

    def decode(self, payload: Any) -> Any:
        """Read a result; where JSON is accepted, also one from before results were sealed."""
        text = payload.decode() if isinstance(payload, bytes) else payload
        plain = isinstance(text, str) and text.startswith("{")
        if self.serializer == SEALED and plain and (self.accept is None or JSON in self.accept):
            return loads(text, JSON, "utf-8", accept=self.accept)
        return super().decode(payload)

    @cached_property
    def _writes_json(self) -> bool:
        return self.serializer == "json" and not self.compression

    @cached_property
    def _writes_plainly(self) -> bool:
        extended = self.app.conf.find_value_for_key("extended", "result")
        return self._writes_json and not extended

    def prepare_exception(self, exc: Any, serializer: str | None = None) -> Any:
        """Celery's form of an error, which says no more than the record does."""
        return redacted(super().prepare_exception(exc, serializer))

    def _get_result_meta(
        self, result: Any, state: str, traceback: Any, *args: Any, **options: Any
    ) -> Any:
        return super()._get_result_meta(result, state, redacted(traceback), *args, **options)

    def _meta(self, result: Any, state: str, traceback: Any, request: Any, job_id: str) -> Any:
        if state == states.SUCCESS and self._writes_plainly:
            with contextlib.suppress(TypeError, ValueError, RecursionError):
                return success(result, job_id, request, datetime.now(self.app.timezone))
        document = self._get_result_meta(
            result=self.encode_result(result, state),
            state=state,
            traceback=traceback,
            request=request,
        )
        document["task_id"] = job_id
        if self._writes_json:
            # What is plain JSON already needs none of kombu's conversions.
            with contextlib.suppress(TypeError, ValueError):
                return json.dumps(document)
        return self.encode(document)


class TLSLongshoreBackend(LongshoreBackend):
    """The same over TLS."""

    scheme = "longshores"
