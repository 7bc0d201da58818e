"""One attempt that has ended, as it is counted."""

from __future__ import annotations

from typing import NamedTuple

from longshore.records import Outcome

#: After these a job has ended for good.
FINAL = frozenset({Outcome.SUCCEEDED, Outcome.FAILED, Outcome.CANCELLED, Outcome.EXPIRED})


class Run(NamedTuple):
    """Times in seconds; ``age_seconds`` since the job was enqueued. ``trace``: W3C's id of it."""

    task: str
    queue: str
    outcome: Outcome
    attempt: int
    run_seconds: float
    age_seconds: float
    cpu_seconds: float | None = None
    peak_bytes: float = 0.0
    exception: str = ""
    trace: str = ""
