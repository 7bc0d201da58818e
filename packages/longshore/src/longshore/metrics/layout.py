"""Where the figures of one task and queue stand in their block of the ledger."""

from __future__ import annotations

from longshore.metrics.catalog import ATTEMPT_BUCKETS, SECONDS_BUCKETS
from longshore.metrics.spread import Spread
from longshore.records import Outcome

SECONDS, ATTEMPTS = Spread(SECONDS_BUCKETS), Spread(ATTEMPT_BUCKETS)

RECEIVED, STARTED, REJECTED = range(3)
WAIT = 3
TOTAL = WAIT + SECONDS.size
CPU = TOTAL + SECONDS.size
RUNS = {outcome: CPU + SECONDS.size * (number + 1) for number, outcome in enumerate(Outcome)}
TRIES = CPU + SECONDS.size * (len(RUNS) + 1)
SIZE = TRIES + ATTEMPTS.size

#: The first word of a block's key says what it counts; then, for jobs, task and queue.
JOBS = "jobs"
#: One cell: attempts of a task and queue that failed with an exception.
FAILURES = "failures"
#: One cell: the most memory of a process that had run the task.
PEAKS = "peaks"
#: The last run of a task, queue and outcome whose trace is known: two words of the trace's id,
#: then its seconds and when it ended.
TRACES = "traces"
TRACE_SIZE = 4
