"""One delivery, from its bytes on the queue to its outcome, without Celery's message layers.

The envelope is read once; the handler runs under Celery's own tracer, so retries, callbacks,
chains, chords, signals and results behave as everywhere in Celery.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from celery import states
from celery.app.task import Context
from celery.app.trace import loads_message as loads
from celery.app.trace import prepare_accept_content
from celery.exceptions import Ignore, NotRegistered, Reject, Retry, TaskRevokedError
from celery.signals import task_failure, task_revoked
from celery.utils.functional import maybe_list
from celery.utils.log import get_logger

from longshore.current import Claim, running
from longshore.outcome import error_of, settlement_of, told_of
from longshore.records import DeadReason, ErrorInfo, JobState
from longshore.store import Store
from longshore.store.claims import Delivery, Settlement, release
from longshore.store.patience import run_patiently
from longshore.tracing.holder import CLAIMED_AT, TRACING
from longshore.transport.binding import body_of, check
from longshore.transport.delivery import decodes_json_itself, plain_json
from longshore.worker.attempts import working_for
from longshore.worker.escape import as_exception, outcome_of_escape
from longshore.worker.pool.board import Held
from longshore.worker.pool.events import Events, raised
from longshore.worker.pool.limits import LIMITS
from longshore.worker.pool.outcomes import OutcomeBuffer
from longshore.worker.pool.received import send_received, send_unknown
from longshore.worker.pool.tracing import Tracer
from longshore.worker.suspects import note_begin

logger = get_logger(__name__)

#: What is not a user's own header; Celery works the same set out for each request anew.
CELERY_HEADERS = {*vars(Context), "lang", "task", "argsrepr", "kwargsrepr", "compression"}
JSON = "application/json"
DONE = Settlement(JobState.SUCCEEDED)


class Left(Enum):
    """What became of a job whose attempt is not its last."""

    RETRIED = auto()
    GIVEN_BACK = auto()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A delivery that has been read; ``request`` is what Celery's tracer takes."""

    claim: Claim
    task: str
    request: dict[str, Any]
    body: bytes | str
    content_type: str
    content_encoding: str


def is_plain_json(prepared: Prepared) -> bool:
    """Whether a body is JSON without kombu's typed values, which are marked by ``__type__``."""
    body = prepared.body
    if prepared.content_type != JSON or prepared.content_encoding != "utf-8":
        return False
    if isinstance(body, str):
        return "__type__" not in body and "\\u005" not in body
    return b"__type__" not in body and b"\\u005" not in body


def prepare(delivery: Delivery, hostname: str) -> Prepared:
    """Reads a delivery.

    Raises:
        ValueError, KeyError, TypeError: it is not a Celery task message of protocol 2.
    """
    claim = delivery.claim
    if claim is None:
        raise ValueError("the delivery carries no claim")
    message = json.loads(delivery.raw)
    check(message)
    headers, properties = message["headers"], message["properties"]
    body = body_of(message)
    info = properties.get("delivery_info") or {}
    request = {
        **headers,
        "headers": {name: headers[name] for name in headers.keys() - CELERY_HEADERS},
        "longshore": claim.header(),
        "properties": properties,
        "reply_to": properties.get("reply_to"),
        "correlation_id": properties.get("correlation_id"),
        "hostname": hostname,
        "delivery_info": {
            "exchange": info.get("exchange"),
            "routing_key": info.get("routing_key"),
            "priority": properties.get("priority"),
            "redelivered": claim.delivery > claim.attempt,
        },
    }
    if TRACING.spans is not None:
        request[CLAIMED_AT] = time.time_ns()
    return Prepared(
        claim, headers["task"], request, body,
        message["content-type"], message["content-encoding"],
    )  # fmt: skip


class Runner:
    """Runs prepared deliveries of one app in this process."""

    def __init__(self, app: Any, sink: OutcomeBuffer, store: Store, events: Events) -> None:
        self._app, self._sink, self._store = app, sink, store
        self.events = events
        #: the values of stamped headers whose jobs do not run
        self.revoked_stamps: Mapping[str, list[Any]] = {}
        self._tasks = app.tasks
        self._tracer = Tracer(app)
        self._accept = prepare_accept_content(app.conf.accept_content)
        self._plain_json = (self._accept is None or JSON in self._accept) and decodes_json_itself()

    def limits(self, prepared: Prepared) -> Held:
        """The claim with the time limits of its job."""
        soft, hard = LIMITS.of(self._tasks.get(prepared.task), prepared.request)
        return Held(prepared.claim, prepared.task, soft, hard)

    def unreadable(self, claim: Claim, error: Exception) -> None:
        """Keeps a message that cannot be read among the dead letters, as it came."""
        self._sink.add(
            claim,
            Settlement(JobState.DEAD, error=error_of(error), reason=DeadReason.UNDECODABLE),
        )

    def run(self, prepared: Prepared) -> Left | None:
        """Run one job to its outcome; never raise, whatever its handler or a hook does.

        Return what became of a job that has no outcome yet.
        """
        try:
            return self._run(prepared)
        except BaseException as error:  # a signal's receiver's, or a codec's
            logger.exception("job %s failed beside its handler", prepared.claim.job_id)
            if not self._was_settled(prepared.claim):
                self._fail_beside(prepared, as_exception(error))
            return None

    def _fail_beside(self, prepared: Prepared, error: Exception) -> None:
        """End a job that reached no tracer as failed; who waits for it learns of the error."""
        try:
            _, _, embed = self._decode(prepared)
            context = Context({**prepared.request, **(embed or {})})
            self._app.backend.mark_as_failure(prepared.claim.job_id, error, request=context)
        except Exception:
            logger.exception("the end of job %s is not announced", prepared.claim.job_id)
        if not self._was_settled(prepared.claim):
            self._sink.add(prepared.claim, settlement_of(states.FAILURE, error))

    def _run(self, prepared: Prepared) -> Left | None:
        send_received(prepared)
        if prepared.task not in self._tasks:
            self._unknown(prepared)
        elif prepared.claim.expired:
            self._revoke(prepared, "expired")
        elif stamped(prepared.request.get("stamps"), self.revoked_stamps):
            self._revoke(prepared, "revoked")
        else:
            note_begin(prepared.claim, self._store)
            with working_for(prepared.claim, prepared.request):
                return self._trace(prepared)
        return None

    def _trace(self, prepared: Prepared) -> Left | None:
        try:
            body = self._decode(prepared)
        except Exception as error:  # noqa: BLE001  whatever a codec raises: kept as it came
            logger.warning("job %s cannot be decoded: %s", prepared.claim.job_id, error)
            self.unreadable(prepared.claim, error)
            return None
        if self.events.enabled:
            self.events.received(self.limits(prepared), prepared.request)
        job_id, request = prepared.claim.job_id, prepared.request
        try:
            failed, result, runtime = self._tracer(prepared.task, job_id, request, body)
        except BaseException as error:  # noqa: BLE001  whatever a handler raises is an outcome
            args, kwargs, embed = body
            context = Context({**request, "args": args, "kwargs": kwargs, **(embed or {})})
            task = self._tasks[prepared.task]
            failed, result, runtime = 1, outcome_of_escape(task, context, error), None
        if self.events.enabled:
            self.events.ended(self.limits(prepared), bool(failed), result, runtime)
        return self._conclude(prepared, failed, result)

    def _decode(self, prepared: Prepared) -> Any:
        """Arguments, keyword arguments and Celery's embedded callbacks."""
        if self._plain_json and is_plain_json(prepared):
            return plain_json(prepared.body)
        return loads(
            prepared.body, prepared.content_type, prepared.content_encoding, accept=self._accept
        )

    def _conclude(self, prepared: Prepared, failed: int, result: Any) -> Left | None:
        """Settles what the result backend has not settled already."""
        if self._was_settled(prepared.claim):
            return None
        error = raised(result) if failed else None
        if isinstance(error, Retry):
            return Left.RETRIED
        if isinstance(error, Reject) and error.requeue:
            why = "given back by the task"
            back = release(prepared.claim, begun=False, counted=False, why=why)
            run_patiently(self._store, back)
            return Left.GIVEN_BACK
        if error is None or isinstance(error, Ignore):
            self._sink.add(prepared.claim, DONE)
        else:
            self._fail(prepared, error)
        return None

    def _fail(self, prepared: Prepared, error: BaseException) -> None:
        task = self._tasks[prepared.task]
        if isinstance(error, Reject):
            context = Context(prepared.request)
            task.backend.mark_as_failure(prepared.claim.job_id, error, request=context)
            task_failure.send(
                sender=task, task_id=prepared.claim.job_id, exception=error,
                args=context.args, kwargs=context.kwargs, traceback=None, einfo=None,
            )  # fmt: skip
        if not self._was_settled(prepared.claim):
            retries = prepared.request.get("retries") or 0
            end = settlement_of(
                states.FAILURE, error, retries=retries, max_retries=task.max_retries
            )
            self._sink.add(prepared.claim, end)

    def _was_settled(self, claim: Claim) -> bool:
        return self._sink.has(claim)

    def _unknown(self, prepared: Prepared) -> None:
        message = f"no task is named {prepared.task!r} in this worker"
        told = told_of(prepared.claim, Context(prepared.request))
        logger.error("job %s kept: %s", prepared.claim.job_id, message, extra=told)
        error = ErrorInfo("UnknownTask", message)
        end = Settlement(JobState.DEAD, error=error, reason=DeadReason.UNKNOWN_TASK)
        self._sink.add(prepared.claim, end)
        self.events.failed(prepared.claim.job_id, repr(NotRegistered(prepared.task)))
        send_unknown(prepared)

    def _revoke(self, prepared: Prepared, reason: str) -> None:
        """End a job that is not to run any more."""
        args, kwargs, embed = self._decode(prepared)
        context = Context({**prepared.request, "args": args, "kwargs": kwargs, **(embed or {})})
        logger.info("job %s", reason, extra=told_of(prepared.claim, context))
        backend = self._tasks[prepared.task].backend
        with running(prepared.claim):
            backend.mark_as_revoked(prepared.claim.job_id, reason, request=context)
        if not self._was_settled(prepared.claim):
            end = settlement_of(states.REVOKED, TaskRevokedError(reason))
            self._sink.add(prepared.claim, end)
        send_revoked(self.events, self._tasks[prepared.task], context, expired=reason == "expired")


def send_revoked(
    events: Events, task: Any, request: Context, *, expired: bool = False, signum: int | None = None
) -> None:
    """Tell, by Celery's event and its signal, that a job is revoked; ``signum`` ended its run."""
    terminated = signum is not None
    events.revoked(request.id, terminated=terminated, signum=signum, expired=expired)
    task_revoked.send(
        sender=task, request=request, terminated=terminated, signum=signum, expired=expired
    )


def stamped(stamps: Mapping[str, Any] | None, revoked: Mapping[str, Any]) -> dict[str, set[Any]]:
    """Return the stamps of a job that are among the revoked ones, by the names of their headers."""
    if not stamps or not revoked:
        return {}
    common = {
        name: set(maybe_list(stamps[name])) & set(maybe_list(values))
        for name, values in revoked.items()
        if stamps.get(name) is not None
    }
    return {name: values for name, values in common.items() if values}
