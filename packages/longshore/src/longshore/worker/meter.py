"""What the main process counts of its jobs, on the pools of Celery, where it sees each of them."""

from __future__ import annotations

import os
import time
from collections.abc import Container, Mapping
from typing import Any

from billiard.exceptions import WorkerLostError
from celery.exceptions import Ignore, Reject, Retry

from longshore.current import Claim
from longshore.errors import HandlerExit
from longshore.metrics.catalog import UNKNOWN_TASK
from longshore.metrics.ledger import Ledger
from longshore.metrics.run import Run
from longshore.metrics.tally import Tally
from longshore.metrics.traces import trace_of
from longshore.records import Outcome
from longshore.worker.reported import Report

Ended = tuple[Outcome, str]


class MainMeter:
    """Counts nothing until it is opened. A forked child counts nothing here."""

    def __init__(self) -> None:
        self.ledger: Ledger | None = None
        self._tally: Tally | None = None

    @property
    def tally(self) -> Tally | None:
        """What counts into the ledger."""
        return self._tally

    def open(self, tasks: Container[str]) -> None:
        """Count from now on; these tasks may be named."""
        if self.ledger is None:
            self.ledger = Ledger()
            self._tally = Tally(self.ledger, tasks)

    def forget(self) -> None:
        """Count no more."""
        self.ledger = self._tally = None

    def received(self, request: Any) -> None:
        """The worker has claimed a job."""
        if self._tally is not None and (claim := _claim(request)) is not None:
            self._tally.received(request.task.name, claim.queue, claim.waited_seconds)

    def started(self, request: Any) -> None:
        """An attempt begins."""
        if self._tally is not None and (claim := _claim(request)) is not None:
            self._tally.started(request.task.name, claim.queue)

    def succeeded(self, request: Any, told: object, seconds: float | None) -> None:
        """An attempt has succeeded."""
        report = told if isinstance(told, Report) else None
        self._end(request, (Outcome.SUCCEEDED, ""), seconds or 0.0, report)

    def failed(self, request: Any, error: BaseException) -> None:
        """An attempt has ended otherwise; a retry is told so, too."""
        error = getattr(error, "exc", error) or error if not _is_word(error) else error
        if isinstance(error, Reject):
            self._reject(request)
            if error.requeue:
                return
        began = getattr(request, "time_start", None)
        seconds = time.time() - began if began else 0.0
        self._end(request, ended(error), seconds)

    def revoked(self, request: Any, *, expired: bool) -> None:
        """A job ends that nobody wants any more."""
        outcome = Outcome.EXPIRED if expired else Outcome.CANCELLED
        self._end(request, (outcome, ""), 0.0)

    def unknown(self, header: object) -> None:
        """The worker has claimed a job whose task it does not know."""
        if self._tally is not None and isinstance(header, Mapping):
            claim = Claim(**header)
            self._tally.received(UNKNOWN_TASK, claim.queue, claim.waited_seconds)
            run = Run(
                UNKNOWN_TASK, claim.queue, Outcome.FAILED, claim.attempt, 0.0, claim.age_seconds,
                exception="UnknownTask",
            )  # fmt: skip
            self._tally.ended([run])

    def _reject(self, request: Any) -> None:
        if self._tally is not None and (claim := _claim(request)) is not None:
            self._tally.rejected(request.task.name, claim.queue)

    def _end(self, request: Any, end: Ended, seconds: float, report: Report | None = None) -> None:
        if self._tally is None or (claim := _claim(request)) is None:
            return
        spent, peak = (report.cpu_seconds, report.peak_bytes) if report else (None, 0.0)
        run = Run(
            request.task.name, claim.queue, end[0], claim.attempt, seconds,
            claim.age_seconds + seconds, spent, peak, end[1], trace_of(request.request_dict),
        )  # fmt: skip
        self._tally.ended([run])


def _is_word(error: BaseException) -> bool:
    return isinstance(error, Retry | Reject | Ignore)


def ended(error: BaseException) -> Ended:
    """How an attempt ended that raised this, and the type of the error if it is one."""
    if isinstance(error, Retry):
        return Outcome.RETRIED, ""
    if isinstance(error, Ignore):
        return Outcome.SUCCEEDED, ""
    if isinstance(error, WorkerLostError | SystemExit | KeyboardInterrupt):
        return Outcome.INTERRUPTED, ""
    if isinstance(error, HandlerExit):
        return Outcome.FAILED, error.kind
    return Outcome.FAILED, "" if isinstance(error, Reject) else type(error).__name__


def _claim(request: Any) -> Claim | None:
    header = request.request_dict.get("longshore")
    return Claim(**header) if isinstance(header, Mapping) else None


METER = MainMeter()
os.register_at_fork(after_in_child=METER.forget)
