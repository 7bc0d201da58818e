"""Jobs: look up, list, fetch the result. Nothing here changes anything."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from longshore.records import JobState
from longshore.store import jobs
from longshore_api.access.scope import Scope, needs
from longshore_api.access.tenancy import SightOfReader, own_job
from longshore_api.errors import JobNotSucceeded
from longshore_api.moment import Moment
from longshore_api.problems import kinds
from longshore_api.problems.documented import BROKER, Responses, documented
from longshore_api.resources import Provided
from longshore_api.schemas.job import JobPage, JobStory
from longshore_api.schemas.result import PendingView, ResultView

router = APIRouter(prefix="/api/v1/jobs", tags=["jobs"])

ASK_AGAIN_SECONDS = 1
PENDING: Responses = {
    202: {
        "model": PendingView,
        "description": "Not finished yet",
        "headers": {
            "Retry-After": {"description": "seconds to wait", "schema": {"type": "integer"}}
        },
    }
}


class Filters(BaseModel):
    """Which jobs to list; without filters all of the recent ones."""

    model_config = ConfigDict(extra="forbid")

    state: JobState | None = None
    task: str | None = Field(
        default=None, min_length=1, max_length=255, examples=["images.thumbnail"]
    )
    queue: str | None = Field(default=None, min_length=1, max_length=255, examples=["normal"])
    accepted_after: Moment | None = Field(default=None, description="at this moment, later")
    accepted_before: Moment | None = Field(default=None, description="or earlier")
    cursor: str | None = Field(
        default=None,
        pattern=r"^[0-9]{1,15}$",
        description="that of the page before",
    )
    limit: int = Field(default=50, ge=1, le=200)


@router.get(
    "",
    operation_id="list_jobs",
    summary="List jobs, newest first",
    responses=documented(*BROKER),
)
@needs(Scope.JOBS_READ)
async def list_jobs(
    filters: Annotated[Filters, Query()], resources: Provided, seen: SightOfReader
) -> JobPage:
    """Return a page of the recent jobs."""
    call = jobs.search(
        filters.state,
        filters.task,
        filters.queue,
        filters.cursor,
        filters.limit,
        since=_seconds(filters.accepted_after),
        until=_seconds(filters.accepted_before),
        client=seen.client,
    )
    return JobPage.of(await resources.store.run(call))


@router.get(
    "/{job_id}",
    operation_id="get_job",
    summary="Look up a job",
    responses=documented(kinds.UNKNOWN_JOB, *BROKER),
    dependencies=[own_job(Scope.OPS_READ)],
)
@needs(Scope.JOBS_READ)
async def get_job(job_id: str, resources: Provided) -> JobStory:
    """Return the record, with the attempts that did not simply succeed."""
    record = await resources.store.run(jobs.get(job_id))
    attempts = await resources.store.run(jobs.attempts(job_id))
    return JobStory.told(record, attempts)


@router.get(
    "/{job_id}/result",
    operation_id="get_job_result",
    summary="Fetch a job's result",
    response_model=ResultView,
    responses={**documented(kinds.UNKNOWN_JOB, kinds.JOB_NOT_SUCCEEDED, *BROKER), **PENDING},
    dependencies=[own_job(Scope.OPS_READ)],
)
@needs(Scope.JOBS_READ)
async def get_job_result(job_id: str, resources: Provided) -> ResultView | Response:
    """Return what the handler returned; 202 while the job has not finished, 409 when it failed."""
    result = await resources.store.run(jobs.result(job_id))
    if result.state is JobState.SUCCEEDED:
        return ResultView.model_validate(
            {"job_id": job_id, "state": result.state, "result": result.value}
        )
    if result.state.finished:
        raise JobNotSucceeded(await resources.store.run(jobs.get(job_id)))
    return _pending(job_id, result.state)


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()


def _pending(job_id: str, state: JobState) -> Response:
    return Response(
        PendingView(job_id=job_id, state=state).model_dump_json(),
        202,
        headers={"Retry-After": str(ASK_AGAIN_SECONDS)},
        media_type="application/json",
    )
