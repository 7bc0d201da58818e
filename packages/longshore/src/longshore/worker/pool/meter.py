"""What a child counts of its jobs, in the ledger that its parent reads."""

from __future__ import annotations

import time
from collections.abc import Container, Sequence

from longshore.metrics.ledger import Ledger
from longshore.metrics.memory import peak_bytes
from longshore.metrics.run import Run
from longshore.metrics.tally import Tally
from longshore.metrics.traces import trace_of
from longshore.records import DeadReason, JobState, Outcome
from longshore.store.claims import Settlement
from longshore.worker.pool.outcomes import OutcomeBuffer
from longshore.worker.pool.runner import Left, Prepared, Runner

OUTCOMES = {
    JobState.SUCCEEDED: Outcome.SUCCEEDED,
    JobState.DEAD: Outcome.FAILED,
    JobState.CANCELLED: Outcome.CANCELLED,
    JobState.EXPIRED: Outcome.EXPIRED,
}


class Meter:
    """Counts in batches: what has ended is in the ledger before it is settled."""

    def __init__(
        self, ledger: Ledger, tasks: Container[str], sink: OutcomeBuffer, runner: Runner
    ) -> None:
        self._tally, self._sink, self._runner = Tally(ledger, tasks), sink, runner
        self._runs: list[Run] = []
        sink.before_settling = self.write

    def received(self, batch: Sequence[Prepared]) -> None:
        """These were claimed."""
        if batch:
            self._tally.all_received(
                [(one.task, one.claim.queue, one.claim.waited_seconds) for one in batch]
            )

    def run(self, prepared: Prepared) -> None:
        """Lets a job run, and keeps what it took until the next writing."""
        claim = prepared.claim
        self._tally.started(prepared.task, claim.queue)
        began, cpu = time.monotonic(), time.thread_time()
        left = self._runner.run(prepared)
        took, cpu_seconds = time.monotonic() - began, time.thread_time() - cpu
        end = self._sink.end_of(claim) if left is None else None
        if (end is not None and end.reason is DeadReason.REJECTED) or left is Left.GIVEN_BACK:
            self._tally.rejected(prepared.task, claim.queue)
        outcome = outcome_of(end, left)
        if outcome is None:
            return
        self._runs.append(
            Run(
                prepared.task, claim.queue, outcome, claim.attempt, took,
                claim.age_seconds + took, cpu_seconds, peak_bytes(took),
                exception_of(end), trace_of(prepared.request),
            )
        )  # fmt: skip

    def write(self) -> None:
        """Counts what has ended since the last time."""
        if self._runs:
            runs, self._runs = self._runs, []
            self._tally.ended(runs)


def outcome_of(end: Settlement | None, left: Left | None) -> Outcome | None:
    """How an attempt ended; ``None`` when its job was given back as if it had not begun."""
    if end is not None:
        return OUTCOMES[end.state]
    return Outcome.RETRIED if left is Left.RETRIED else None


def exception_of(end: Settlement | None) -> str:
    """The type of the error that ended a job; empty for a rejection, which is no error."""
    if end is None or end.state is not JobState.DEAD or end.error is None:
        return ""
    return "" if end.reason is DeadReason.REJECTED else end.error.type
