"""Outcomes of jobs that RabbitMQ has delivered: result and record are still one step, on Redis."""

from __future__ import annotations

from typing import Any

from celery import states

from longshore.backend import LongshoreBackend
from longshore.current import Claim
from longshore.ids import new_id
from longshore.outcome import claim_of, error_of
from longshore.rabbitmq.topology import queue_of
from longshore.rabbitmq.url import STORE_OPTIONS
from longshore.records import DeadReason, ErrorInfo, JobState
from longshore.store import StoreSettings
from longshore.store.claims import Settlement, settle
from longshore.store.entrusted import give_up, holder, put_off, take_up
from longshore.store.settings import settings_from_options
from longshore.tracing import steps

DELAY = "longshore_delay_seconds"
EXPIRED = ErrorInfo("Expired", "nobody wanted the result any more")
REPLACED = ErrorInfo("Replaced", "another task takes its place")


class RecordBackend(LongshoreBackend):
    """The backend of an app whose broker is RabbitMQ.

    A run is begun by ``take_up`` and settled as on Redis, by the token that this gave it: a worker
    that was cut off and comes back late changes nothing. The settings of the store are in
    ``app.conf.longshore_store``, since the broker's options are RabbitMQ's.
    """

    @property
    def settings(self) -> StoreSettings:
        """The settings of the records."""
        return settings_from_options(dict(self.app.conf.get(STORE_OPTIONS) or {}))

    @property
    def _broker_url(self) -> str:
        """Where the records are: what the engine calls its broker is that Redis."""
        return self._place.url

    def take_up(self, task: str, request: Any) -> Claim | None:
        """Begins a run and waits for a Redis that is away; ``None``: the job is not to run."""
        place = request.delivery_info or {}
        call = take_up(
            request.id,
            task=task,
            queue=queue_of(place.get("routing_key") or ""),
            owner=new_id(),
            worker=request.hostname or "",
            attempt=(request.retries or 0) + 1,
        )
        return self._run_patiently(call)

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
        """Settles a failure, also where the main process speaks for a child that it has ended."""
        self._lend(task_id, request)
        super().mark_as_failure(
            task_id, exc, traceback, request, store_result, call_errbacks, state
        )

    def mark_as_revoked(
        self,
        task_id: str,
        reason: str = "",
        request: Any = None,
        store_result: bool = True,
        state: str = states.REVOKED,
    ) -> None:
        """Settles a job that has expired before a child began it, or was revoked."""
        self._lend(task_id, request)
        super().mark_as_revoked(task_id, reason, request, store_result, state)
        if reason == "expired":
            # Nobody keeps its message, so its record shall not stay for ever.
            self._run_patiently(give_up(task_id, DeadReason.EXPIRED, EXPIRED))

    def mark_as_retry(
        self,
        task_id: str,
        exc: BaseException,
        traceback: Any = None,
        request: Any = None,
        store_result: bool = True,
        state: str = states.RETRY,
    ) -> None:
        """Ends a run in a retry, whose message RabbitMQ has confirmed a moment ago."""
        held = claim_of(request)
        if held is None:
            super().mark_as_retry(task_id, exc, traceback, request, store_result, state)
            return
        delay = float(getattr(request, DELAY, None) or 0.0)
        meta = self._meta(exc, state, traceback, request, task_id)
        error = steps.retried(held, error_of(exc, traceback))
        self._run_patiently(put_off(held, error, delay, meta))

    def replaced(self, held: Claim) -> None:
        """Ends a run whose job goes on as another task under the same id."""
        self._run_patiently(put_off(held, REPLACED, 0.0))

    def ignored(self, held: Claim) -> None:
        """Settles a run that wants no outcome to be told, as on Redis."""
        self._run_patiently(settle(held, Settlement(JobState.SUCCEEDED)))

    def _lend(self, task_id: str, request: Any) -> None:
        if request is None or claim_of(request) is not None:
            return
        held = self._run_patiently(holder(task_id))
        if held is not None:
            request.longshore = held.header()
