"""Counters per task, kept by the scripts that change a job's state."""

from __future__ import annotations

from collections.abc import Sequence

from longshore.records import TaskStats
from longshore.store.call import Call, fields
from longshore.store.scripts import load


def stats(task: str) -> Call[TaskStats]:
    """Counts by outcome and run times of one task; all zero for a task never seen."""
    return Call(load("task"), lambda _: (task,), lambda answer: _stats(task, answer))


def _stats(task: str, answer: Sequence[bytes]) -> TaskStats:
    words = fields(answer)

    def count(name: str) -> int:
        return int(words.get(name, "0"))

    def seconds(name: str) -> float:
        return float(words.get(name, "0"))

    return TaskStats(
        task=task,
        enqueued=count("enqueued"),
        succeeded=count("succeeded"),
        retried=count("retried"),
        dead=count("dead"),
        cancelled=count("cancelled"),
        expired=count("expired"),
        interrupted=count("interrupted"),
        run_seconds_total=seconds("run_seconds_total"),
        run_seconds_max=seconds("run_seconds_max"),
        wait_seconds_total=seconds("wait_seconds_total"),
        wait_seconds_max=seconds("wait_seconds_max"),
    )
