"""Jobs: follow one."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import StreamingResponse

from longshore.store import jobs
from longshore_api.access.scope import Scope, needs
from longshore_api.access.tenancy import own_job
from longshore_api.jobs.events import follow
from longshore_api.problems import kinds
from longshore_api.problems.documented import BROKER, Responses, documented
from longshore_api.resources import Provided

EVENTS = "text/event-stream"
STREAM: Responses = {
    200: {"description": "Events `change` and `end`; the data is the job", "content": {EVENTS: {}}}
}

router = APIRouter(prefix="/api/v1/jobs", tags=["jobs"])


@router.get(
    "/{job_id}/events",
    operation_id="follow_job",
    summary="Follow a job",
    response_class=StreamingResponse,
    responses={**documented(kinds.UNKNOWN_JOB, *BROKER), **STREAM},
    dependencies=[own_job(Scope.OPS_READ)],
)
@needs(Scope.JOBS_READ)
async def follow_job(
    job_id: str, resources: Provided, last_event_id: Annotated[str | None, Header()] = None
) -> StreamingResponse:
    """Send the record whenever its state or progress changes, until the job has ended.

    With `Last-Event-ID` only what has changed since that event is sent.
    """
    record = await resources.store.run(jobs.get(job_id))
    events = follow(resources.store, record, last_event_id)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(events, media_type=EVENTS, headers=headers)
