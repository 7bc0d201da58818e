"""One router per noun; a new noun is a file here and a line in ``routers``."""

from __future__ import annotations

from fastapi import APIRouter

from longshore.jobs import Roll
from longshore_api.routers import files, health, jobs, queues, tasks
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
        queues.router,
        health.router,
    )
