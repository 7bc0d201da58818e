"""Celery's request, told apart by how it ends: every way has an outcome of its own."""

from __future__ import annotations

import time
from typing import Any

from billiard.exceptions import Terminated, TimeLimitExceeded, WorkerLostError
from celery import states
from celery.exceptions import Ignore, Reject, Retry, TaskRevokedError
from celery.worker import state
from celery.worker.request import Request

from longshore import current
from longshore.errors import HandlerExit
from longshore.outcome import claim_of, settlement_of, text_of, told_of
from longshore.records import JobState
from longshore.reporting import report
from longshore.store.claims import Settlement
from longshore.tracing.holder import TRACING
from longshore.transport.book import BOOK, Entry
from longshore.transport.keeper import settle_late
from longshore.worker.meter import METER
from longshore.worker.reported import Report
from longshore.worker.suspects import broker_store

#: Ways in which a child's attempt ends without a word from the child.
ENDED_FROM_OUTSIDE = (Terminated, TimeLimitExceeded, WorkerLostError)


class LongshoreRequest(Request):  # type: ignore[misc]
    """A job in a worker. The claim is settled by its outcome: in the pool's process when the
    result backend is Longshore's, otherwise, and for what that process only reports, here."""

    def __init_subclass__(cls, **named: Any) -> None:
        """Celery makes a class for each task; its ``on_success`` passes over this one's."""
        super().__init_subclass__(**named)
        acknowledging = cls.on_success

        def on_success(self: Any, outcome: Any, **named: Any) -> Any:
            failed, told, seconds = outcome
            if not failed:
                METER.succeeded(self, told, seconds)
            if isinstance(told, Report):
                self._note_reported(Settlement(JobState.SUCCEEDED, told.meta))
                return acknowledging(self, (failed, told.shown, seconds), **named)
            if not failed and self.settled_by_handler:
                BOOK.take(self.message.delivery_tag)
            return acknowledging(self, outcome, **named)

        cls.on_success = on_success

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        METER.received(self)

    @property
    def settled_by_handler(self) -> bool:
        """Whether the process that ran the handler has settled its success before it said so."""
        return (
            "longshore" in self.request_dict
            and getattr(self.task.backend, "settles", False)
            and not self.app.conf.worker_deduplicate_successful_tasks
        )

    @property
    def eta(self) -> Any:
        """The time until which the worker must hold the job; the handler's request has its own.

        None under a claim: the store has served the delay, by the clock of the server.
        """
        return None if "longshore" in self.request_dict else super().eta

    def maybe_expire(self) -> bool:
        """Whether the job has expired: by the server's clock, where it knows when it does."""
        held = claim_of(self._context)
        if held is None or held.expires_after is None:
            return bool(super().maybe_expire())
        if held.expired:
            state.revoked.add(self.id)
        return held.expired

    def on_accepted(self, pid: int, time_accepted: float) -> None:
        """The pool has started the handler."""
        BOOK.begin(self.message.delivery_tag)
        METER.started(self)
        super().on_accepted(pid, time_accepted)

    def on_failure(
        self, exc_info: Any, send_failed_event: bool = True, return_ok: bool = False
    ) -> Any:
        """Notes the outcome before Celery acknowledges; a retry made here keeps its claim."""
        self._note(exc_info.exception, exc_info.traceback)
        METER.failed(self, exc_info.exception)
        self._tell_lost(exc_info.exception)
        if isinstance(getattr(exc_info.exception, "exc", exc_info.exception), MemoryError):
            # Celery's main process ends on one, though the handler's process goes on.
            exc_info.exception = HandlerExit("MemoryError", text_of(exc_info.exception))
        token = current.claim.set(claim_of(self._context))
        try:
            return super().on_failure(exc_info, send_failed_event, return_ok)
        finally:
            current.claim.reset(token)

    def _tell_lost(self, error: BaseException) -> None:
        """Of what has ended with its process, or is about to, nobody else can tell."""
        error = getattr(error, "exc", error) or error
        held = claim_of(self._context)
        if held is None or not isinstance(error, ENDED_FROM_OUTSIDE):
            return
        if not isinstance(error, Terminated):
            report(error, told_of(held, self._context))
        if TRACING.spans is not None:
            began = self.time_start or time.time()
            TRACING.spans.lost(held, self.request_dict, began, type(error).__name__, str(error))

    def _note(self, error: BaseException, traceback: object) -> None:
        error = getattr(error, "exc", error) or error
        if isinstance(error, Reject):
            BOOK.blameless(self.message.delivery_tag)
        if isinstance(error, Ignore | Reject | Retry):
            return
        retries = self.request_dict.get("retries") or 0
        end = settlement_of(
            states.FAILURE,
            error,
            retries=retries,
            max_retries=self.task.max_retries,
            traceback=traceback,
        )
        BOOK.note(self.message.delivery_tag, end)

    def _note_reported(self, end: Settlement) -> None:
        tag = self.message.delivery_tag
        if TRACING.spans is not None and (held := claim_of(self._context)) is not None:
            TRACING.spans.settling(held, self.request_dict)
        if not BOOK.note(tag, end) and (held := claim_of(self._context)) is not None:
            settle_late(Entry(held, broker_store(self.task)), end)

    def _announce_revoked(self, reason: str, terminated: bool, signum: Any, expired: bool) -> None:
        end = settlement_of(states.REVOKED, TaskRevokedError(reason))
        BOOK.note(self.message.delivery_tag, end)
        METER.revoked(self, expired=expired)
        super()._announce_revoked(reason, terminated, signum, expired)
