"""Celery's request, told apart by how it ends: every way has an outcome of its own."""

from __future__ import annotations

from typing import Any

from celery import states
from celery.exceptions import Ignore, Reject, Retry, TaskRevokedError
from celery.worker.request import Request

from longshore import current
from longshore.outcome import claim_of, settlement_of
from longshore.transport.book import BOOK


class LongshoreRequest(Request):  # type: ignore[misc]
    """A job in a worker. The claim is settled by its outcome, in the pool's process when the
    result backend is Longshore's, otherwise here when the pool reports."""

    @property
    def eta(self) -> Any:
        """The time until which the worker must hold the job; the handler's request has its own.

        None under a claim: the store has served the delay, by the clock of the server.
        """
        return None if "longshore" in self.request_dict else super().eta

    def on_accepted(self, pid: int, time_accepted: float) -> None:
        """The pool has started the handler."""
        BOOK.begin(self.message.delivery_tag)
        super().on_accepted(pid, time_accepted)

    def on_failure(
        self, exc_info: Any, send_failed_event: bool = True, return_ok: bool = False
    ) -> Any:
        """Notes the outcome before Celery acknowledges; a retry made here keeps its claim."""
        self._note(exc_info.exception)
        token = current.claim.set(claim_of(self._context))
        try:
            return super().on_failure(exc_info, send_failed_event, return_ok)
        finally:
            current.claim.reset(token)

    def _note(self, error: BaseException) -> None:
        error = getattr(error, "exc", error) or error
        if isinstance(error, Reject):
            BOOK.blameless(self.message.delivery_tag)
        if isinstance(error, Ignore | Reject | Retry):
            return
        retries = self.request_dict.get("retries") or 0
        end = settlement_of(
            states.FAILURE, error, retries=retries, max_retries=self.task.max_retries
        )
        BOOK.note(self.message.delivery_tag, end)

    def _announce_revoked(self, reason: str, terminated: bool, signum: Any, expired: bool) -> None:
        end = settlement_of(states.REVOKED, TaskRevokedError(reason))
        BOOK.note(self.message.delivery_tag, end)
        super()._announce_revoked(reason, terminated, signum, expired)
