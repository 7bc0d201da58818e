"""Enqueue: one route per task of the roll, so that OpenAPI knows the fields of each."""

from __future__ import annotations

from typing import Annotated, Any, NoReturn

from fastapi import APIRouter, Query, Response

from longshore.errors import UnknownTask
from longshore.jobs import Job, Roll
from longshore_api.access.permission import CallerOfRequest
from longshore_api.access.scope import Scope, needed_to_enqueue, needs
from longshore_api.direct.route import DirectRoute, Endpoint
from longshore_api.files.lookup import own_files
from longshore_api.jobs.accept import accept
from longshore_api.jobs.key import KeyFromHeader
from longshore_api.jobs.new import Order
from longshore_api.jobs.wishes import Wishes
from longshore_api.problems import kinds
from longshore_api.problems.documented import BROKER, documented
from longshore_api.resources import Provided
from longshore_api.schemas.job import JobView

PREFIX = "/api/v1/tasks"
JOBS = "/api/v1/jobs"
RESPONSES = documented(
    *(kinds.UNKNOWN_TASK, kinds.UNKNOWN_FILE, kinds.IDEMPOTENCY_CONFLICT),
    *(kinds.TOO_LARGE, kinds.QUEUE_FULL, kinds.DATABASE_UNAVAILABLE, *BROKER),
)
HEADERS = {"Location": {"description": "the job's address", "schema": {"type": "string"}}}


def task_jobs_router(roll: Roll) -> APIRouter:
    """Return a router with a route for each job class."""
    router = APIRouter(prefix=PREFIX, tags=["jobs"], route_class=DirectRoute)
    for job in roll:
        scope = needed_to_enqueue(job)
        if scope is not None:
            _add(router, job, scope)
    return router


def unknown_task_router() -> APIRouter:
    """Return a router for tasks that no other router knows."""
    router = APIRouter(prefix=PREFIX, include_in_schema=False)
    for path in ("/{task}/jobs", "/{task}/jobs/batch"):
        router.add_api_route(path, _unknown, methods=["POST"], response_model=None)
    return router


def _add(router: APIRouter, job: type[Job], scope: Scope) -> None:
    spec = job.spec
    router.add_api_route(
        f"/{spec.task}/jobs",
        _endpoint(job, scope),
        methods=["POST"],
        status_code=202,
        response_model=JobView,
        operation_id=f"enqueue_{spec.task.replace('.', '_')}",
        summary=f"Enqueue {spec.task}",
        description=spec.summary,
        response_description="Accepted: the record, new or the one that the key stands for",
        responses={**RESPONSES, 202: {"headers": HEADERS}},
    )


def _endpoint(job_class: type[Job], scope: Scope) -> Endpoint:
    @needs(scope)
    async def enqueue(
        body: Any,
        wishes: Annotated[Wishes, Query()],
        resources: Provided,
        caller: CallerOfRequest,
        idempotency_key: KeyFromHeader = None,
    ) -> Response:
        await own_files(resources, caller, [body])
        if resources.admission is not None:
            await resources.admission.admit(job_class.spec.queue)
        order = Order(wishes, idempotency_key, caller.client)
        job_id, record = await accept(resources.enqueuer, body, order)
        return Response(
            record,
            202,
            headers={"Location": f"{JOBS}/{job_id}"},
            media_type="application/json",
        )

    # FastAPI and the route read the body's type from here.
    enqueue.__annotations__["body"] = job_class
    return enqueue


@needs(Scope.JOBS_WRITE)
async def _unknown(task: str) -> NoReturn:
    raise UnknownTask(task)
