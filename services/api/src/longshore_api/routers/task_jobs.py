"""Enqueue: one route per task of the roll, so that OpenAPI knows the fields of each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, NoReturn

from fastapi import APIRouter, Header, Query, Response

from longshore.errors import UnknownTask
from longshore.jobs import Job, Roll
from longshore_api.jobs.accept import accept
from longshore_api.jobs.wishes import Wishes
from longshore_api.problems import kinds
from longshore_api.problems.documented import BROKER, documented
from longshore_api.resources import Provided
from longshore_api.schemas.job import JobView

PREFIX = "/api/v1/tasks"
JOBS = "/api/v1/jobs"
RESPONSES = documented(kinds.UNKNOWN_TASK, kinds.IDEMPOTENCY_CONFLICT, kinds.TOO_LARGE, *BROKER)
HEADERS = {"Location": {"description": "the job's address", "schema": {"type": "string"}}}

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="a name for this wish: the same key again answers with the same job",
    ),
]
Endpoint = Callable[..., Awaitable[JobView]]


def task_jobs_router(roll: Roll) -> APIRouter:
    """Return a router with a route for each job class, and one that knows no task."""
    router = APIRouter(prefix=PREFIX, tags=["jobs"])
    for job in roll:
        _add(router, job)
    router.add_api_route(
        "/{task}/jobs",
        _unknown,
        methods=["POST"],
        include_in_schema=False,
        response_model=None,
    )
    return router


def _add(router: APIRouter, job: type[Job]) -> None:
    spec = job.spec
    router.add_api_route(
        f"/{spec.task}/jobs",
        _endpoint(job),
        methods=["POST"],
        status_code=202,
        operation_id=f"enqueue_{spec.task.replace('.', '_')}",
        summary=f"Enqueue {spec.task}",
        description=spec.summary,
        response_description="Accepted: the record, new or the one that the key stands for",
        responses={**RESPONSES, 202: {"headers": HEADERS}},
    )


def _endpoint(job_class: type[Job]) -> Endpoint:
    async def enqueue(
        job: Any,
        wishes: Annotated[Wishes, Query()],
        response: Response,
        resources: Provided,
        idempotency_key: IdempotencyKey = None,
    ) -> JobView:
        record = await accept(resources.enqueuer, job, wishes, idempotency_key)
        response.headers["Location"] = f"{JOBS}/{record.id}"
        return JobView.of(record)

    # FastAPI reads the body's type from here.
    enqueue.__annotations__["job"] = job_class
    return enqueue


async def _unknown(task: str) -> NoReturn:
    raise UnknownTask(task)
