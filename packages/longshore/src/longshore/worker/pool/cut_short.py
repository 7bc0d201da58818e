"""Counts the jobs whose child ended while they ran: their parent is the only one to know."""

from __future__ import annotations

import time

from longshore.metrics.run import Run
from longshore.records import Outcome
from longshore.worker.meter import METER
from longshore.worker.pool.board import Running

TIME_LIMIT = "TimeLimitExceeded"


def count_cut_short(one: Running, outcome: Outcome) -> None:
    """A job ran in a child that was ended, or ended by itself."""
    if METER.tally is None:
        return
    seconds, claim = time.monotonic() - one.started_at, one.held.claim
    exception = TIME_LIMIT if outcome is Outcome.FAILED else ""
    run = Run(
        one.held.task, claim.queue, outcome, claim.attempt, seconds, seconds, exception=exception
    )
    METER.tally.ended([run])
