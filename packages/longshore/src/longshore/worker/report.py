"""A success that a prefork child tells in the pool's own message, to be settled with others.

Settling by itself costs a child a round trip for each job, and the server a script call of one
outcome. The main process has a keeper that settles many in one step, and renews the lease until
then. Only plain tasks are told so: nothing that runs in the child can look at their outcome.
"""

from __future__ import annotations

import time
from typing import Any

from celery.app.task import Context

from longshore.current import Claim
from longshore.metrics.memory import peak_bytes
from longshore.metrics.place import port_of
from longshore.outcome import HOLDER, claim_of
from longshore.records import JobState
from longshore.store.claims import Settlement
from longshore.tracing import steps
from longshore.worker.attempts import disconnect_signals, working_for
from longshore.worker.escape import GuardedTracer, ends_process, outcome_of_escape
from longshore.worker.pool.tracing import Attempt, is_followed, is_plain, is_watched, tells
from longshore.worker.reported import Report
from longshore.worker.suspects import broker_store, note_begin

#: Characters of a result document; a longer one is not sent twice.
LONGEST = 16_384

#: What Celery's tracer returns: result of a failure, whether there is one, seconds, result shown.
Ended = tuple[Any, Any, float | None, Any]


class Desk:
    """Keeps back the success of the job that runs, until it can be told."""

    def __init__(self, *, measures: bool = False) -> None:
        self._measures = measures
        self._tag = ""
        self._meta: str | bytes | None = None

    def add(self, claim: Claim, settlement: Settlement) -> bool:
        """An attempt has ended; false when it is to be settled here and now."""
        succeeded = settlement.state is JobState.SUCCEEDED
        if not succeeded or claim.tag != self._tag or len(settlement.meta) > LONGEST:
            return False
        self._meta = settlement.meta
        steps.ended(claim, settlement)
        return True

    def run(self, attempt: Attempt, claim: Claim) -> Ended:
        """Runs an attempt of a plain task."""
        self._tag, self._meta = claim.tag, None
        began = time.thread_time() if self._measures else 0.0
        try:
            failed, result, seconds = attempt.run(tells(), shows=True)
        finally:
            self._tag = ""
        if failed:
            return result, True, seconds, None
        meta = self._take()
        if meta is None:
            return None, None, seconds, result
        if not self._measures:
            return None, None, seconds, Report(result, meta)
        spent, peak = time.thread_time() - began, peak_bytes(seconds or 0.0)
        return None, None, seconds, Report(result, meta, spent, peak)

    def _take(self) -> str | bytes | None:
        meta, self._meta = self._meta, None
        return meta


class ChildTracer:
    """In a child's place of Celery's tracer of one task."""

    def __init__(self, task: Any, desk: Desk) -> None:
        self._task, self._desk = task, desk
        self._stock = GuardedTracer(task, task.__trace__)
        self._plain = is_plain(task)

    def __call__(self, job_id: str, args: Any, kwargs: Any, request: dict[str, Any]) -> Ended:
        """Runs one attempt, marked as working for its claim."""
        context = Context(request, args=args, kwargs=kwargs, called_directly=False)
        held = claim_of(context)
        if held is not None:
            note_begin(held, broker_store(self._task))
        with working_for(held, request):
            if held is None or not self._plain or is_watched() or is_followed(request):
                ended: Ended = self._stock(job_id, args, kwargs, request)
                return ended
            try:
                return self._desk.run(Attempt(self._task, job_id, context), held)
            except BaseException as error:
                if ends_process(error):
                    raise
                return outcome_of_escape(self._task, context, error), True, None, None


def report_from(app: Any) -> None:
    """From now on this process, a child of Celery's prefork pool, tells its plain successes."""
    disconnect_signals()
    desk = HOLDER.sink = Desk(measures=port_of(app.conf) > 0)
    for task in app.tasks.values():
        task.__trace__ = ChildTracer(task, desk)
