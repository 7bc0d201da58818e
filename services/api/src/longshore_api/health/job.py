"""The health job: an addition that goes through broker, worker and result like any other job."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from longshore.records import JobRecord, JobResult, JobState
from longshore.store import Enqueuer, jobs
from longshore.store.enqueuer import Runs
from longshore_api.errors import HealthJobFailed
from longshore_api.jobs.accept import accept
from longshore_api.jobs.new import Order
from longshore_api.jobs.wishes import Wishes
from longshore_api.schemas.health import HealthJobView
from longshore_tasks.jobs.system import Add

FIRST_PAUSE_SECONDS = 0.01
LONGEST_PAUSE_SECONDS = 0.2
SUM = Add(a=19, b=23)


@dataclass(slots=True)
class _Course:
    """How far the health job came."""

    began: float
    job_id: str | None = None
    enqueue_seconds: float | None = None
    state: JobState | None = None


async def run_health_job(enqueuer: Enqueuer, deadline_seconds: float) -> HealthJobView:
    """Enqueue the job, wait for its result and say what took how long.

    Raises:
        HealthJobFailed: there was no result within the deadline, or a wrong one.
        BrokerUnavailable: the broker does not answer.
    """
    course = _Course(time.perf_counter())
    try:
        async with asyncio.timeout(deadline_seconds):
            return await _run(enqueuer, deadline_seconds, course)
    except TimeoutError:
        raise _failed(course, f"no result within {deadline_seconds:g} s") from None


async def _run(enqueuer: Enqueuer, deadline_seconds: float, course: _Course) -> HealthJobView:
    # Nobody reads a late answer, so no worker shall spend time on it.
    accepted = await accept(enqueuer, SUM, Order(Wishes(expires_in_seconds=deadline_seconds)))
    course.job_id, course.state = accepted.job_id, JobState.QUEUED
    course.enqueue_seconds = time.perf_counter() - course.began
    result = await _finished(enqueuer.store, accepted.job_id, course)
    total_seconds = time.perf_counter() - course.began
    if result.value != SUM.a + SUM.b:
        raise _failed(course, f"the job ended as {result.state.value} without the right result")
    record = await enqueuer.store.run(jobs.get(accepted.job_id))
    return _view(record, course.enqueue_seconds, total_seconds)


async def _finished(store: Runs, job_id: str, course: _Course) -> JobResult:
    pause_seconds = FIRST_PAUSE_SECONDS
    while True:
        result = await store.run(jobs.result(job_id))
        course.state = result.state
        if result.state.finished:
            return result
        await asyncio.sleep(pause_seconds)
        pause_seconds = min(pause_seconds * 1.5, LONGEST_PAUSE_SECONDS)


def _view(record: JobRecord, enqueue_seconds: float, total_seconds: float) -> HealthJobView:
    return HealthJobView(
        job_id=record.id,
        enqueue_seconds=round(enqueue_seconds, 6),
        wait_seconds=_between(record.enqueued_at, record.started_at),
        run_seconds=_between(record.started_at, record.finished_at),
        total_seconds=round(total_seconds, 6),
    )


def _between(first: float | None, second: float | None) -> float | None:
    return None if first is None or second is None else round(max(second - first, 0.0), 6)


def _failed(course: _Course, reason: str) -> HealthJobFailed:
    facts = {
        "job_id": course.job_id,
        "state": course.state.value if course.state else None,
        "enqueue_seconds": course.enqueue_seconds,
        "total_seconds": round(time.perf_counter() - course.began, 6),
    }
    return HealthJobFailed(f"health job: {reason}", facts)
