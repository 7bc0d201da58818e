"""Enqueue many: one route per task of the roll, beside that of a single job."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response
from fastapi.exceptions import RequestValidationError
from starlette.types import Receive, Send
from starlette.types import Scope as AsgiScope

from longshore.jobs import Job, Roll
from longshore.store.jobs import MOST_AT_ONCE
from longshore_api.access.permission import CallerOfRequest, permit_enqueue
from longshore_api.access.scope import Scope, needed_to_enqueue, needs
from longshore_api.direct.route import DirectRoute, Endpoint
from longshore_api.errors import TooManyJobs
from longshore_api.files.lookup import own_files
from longshore_api.jobs.accept_batch import accept_batch
from longshore_api.jobs.key import BatchKeyFromHeader
from longshore_api.jobs.new import Order
from longshore_api.jobs.wishes import Wishes
from longshore_api.problems import kinds
from longshore_api.problems.documented import BROKER, documented
from longshore_api.resources import Provided
from longshore_api.schemas.batch import Batch, BatchView

PREFIX = "/api/v1/tasks"
RESPONSES = documented(
    *(kinds.UNKNOWN_TASK, kinds.UNKNOWN_FILE, kinds.TOO_LARGE, kinds.TOO_MANY_JOBS),
    *(kinds.QUEUE_FULL, kinds.DATABASE_UNAVAILABLE, *BROKER),
)
DESCRIPTION = (
    f"Up to {MOST_AT_ONCE} jobs in one step: all of them are accepted, or, when one does not fit"
    " or the broker does not answer, none. Tracked, or with a callback, they are a batch, which"
    " counts how they end."
)


class BatchRoute(DirectRoute):
    """A direct route that tells a batch which is too long from one with wrong fields."""

    async def handle(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Serve; raises TooManyJobs."""
        try:
            await super().handle(scope, receive, send)
        except RequestValidationError as error:
            if any(_is_too_long(item) for item in error.errors()):
                message = f"at most {MOST_AT_ONCE} jobs are taken in one batch"
                raise TooManyJobs(message) from None
            raise


def _is_too_long(item: Mapping[str, Any]) -> bool:
    return bool(item["type"] == "too_long" and item["loc"] == ("body", "jobs"))


def task_batches_router(roll: Roll) -> APIRouter:
    """Return a router with a route for each job class."""
    router = APIRouter(prefix=PREFIX, tags=["jobs"], route_class=BatchRoute)
    for job in roll:
        scope = needed_to_enqueue(job)
        if scope is not None:
            _add(router, job, scope)
    return router


def _add(router: APIRouter, job: type[Job], scope: Scope) -> None:
    spec = job.spec
    router.add_api_route(
        f"/{spec.task}/jobs/batch",
        _endpoint(job, scope),
        methods=["POST"],
        status_code=202,
        response_model=BatchView,
        operation_id=f"enqueue_{spec.task.replace('.', '_')}_batch",
        summary=f"Enqueue many {spec.task}",
        description=DESCRIPTION,
        response_description="Accepted: an id for each job, in order",
        responses=RESPONSES,
    )


def _endpoint(job_class: type[Job], scope: Scope) -> Endpoint:
    @needs(scope)
    async def enqueue_batch(
        body: Any,
        wishes: Annotated[Wishes, Query()],
        resources: Provided,
        caller: CallerOfRequest,
        idempotency_key: BatchKeyFromHeader = None,
    ) -> Response:
        named: list[Job] = [item.fields for item in body.jobs]
        if body.callback is not None:
            after = resources.roll[body.callback.task]
            permit_enqueue(caller, after)
            named.append(after.from_fields(body.callback.fields))
        await own_files(resources, caller, named)
        if resources.admission is not None:
            await resources.admission.admit(job_class.spec.queue, len(body.jobs))
        order = Order(wishes, idempotency_key, caller.client)
        view = await accept_batch(resources.enqueuer, resources.roll, body, order)
        where = {"Location": f"/api/v1/batches/{view.id}"} if view.id else None
        return Response(view.model_dump_json(), 202, where, "application/json")

    # FastAPI and the route read the body's type from here.
    enqueue_batch.__annotations__["body"] = Batch.__class_getitem__(job_class)
    return enqueue_batch
