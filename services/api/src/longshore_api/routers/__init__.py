"""One router per noun; a new noun is a file here and a line in ``routers``."""

from __future__ import annotations

from fastapi import APIRouter

from longshore.jobs import Roll
from longshore_api.routers import (
    audit,
    batches,
    dead_letters,
    files,
    health,
    job_events,
    job_work,
    jobs,
    queue_work,
    queues,
    schedules,
    tasks,
)
from longshore_api.routers import dead_letter_files as letter_files
from longshore_api.routers import dead_letter_work as letter_work
from longshore_api.routers.task_batches import task_batches_router
from longshore_api.routers.task_jobs import task_jobs_router, unknown_task_router


def routers(roll: Roll) -> tuple[APIRouter, ...]:
    """Return the routers in the order in which OpenAPI lists them."""
    return (
        files.router,
        tasks.router,
        task_jobs_router(roll),
        task_batches_router(roll),
        unknown_task_router(),
        jobs.router,
        job_events.router,
        job_work.router,
        batches.router,
        queues.router,
        queue_work.router,
        letter_files.reading,
        letter_files.writing,
        dead_letters.router,
        letter_work.router,
        schedules.router,
        audit.router,
        health.router,
    )
