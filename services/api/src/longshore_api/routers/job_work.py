"""Jobs: cancel them, or give them another time."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field, model_validator

from longshore.store import jobs
from longshore.store.control import reschedule
from longshore_api.access.scope import Scope, needs
from longshore_api.access.tenancy import own_job
from longshore_api.audit import Action, audited
from longshore_api.errors import JobNotDelayed
from longshore_api.jobs.wishes import Seconds
from longshore_api.moment import DueMoment
from longshore_api.problems import kinds
from longshore_api.problems.documented import ACTS, documented
from longshore_api.resources import Provided
from longshore_api.schemas.job import JobView

router = APIRouter(prefix="/api/v1/jobs", tags=["jobs"])


class Mode(StrEnum):
    """How a job that runs is cancelled."""

    TERMINATE = "terminate"
    COOPERATIVE = "cooperative"


@router.post(
    "/{job_id}/cancel",
    operation_id="cancel_job",
    summary="Cancel a job",
    responses=documented(kinds.UNKNOWN_JOB, *ACTS),
    dependencies=[own_job(Scope.OPS_WRITE), audited(Action.CANCEL)],
)
@needs(Scope.JOBS_WRITE)
async def cancel_job(
    job_id: str, resources: Provided, mode: Annotated[Mode, Query()] = Mode.TERMINATE
) -> JobView:
    """Ask that a job not run again, and return its record.

    A job that waits is cancelled at once, with or without a worker. One that runs is ended by its
    worker within a lease or, when it is to cooperate, told and left to stop by itself. One that
    has finished stays as it is. It may be repeated.
    """
    await resources.store.run(jobs.cancel(job_id, ask=mode is Mode.COOPERATIVE))
    return JobView.of(await resources.store.run(jobs.get(job_id)))


class OtherTime(BaseModel):
    """When a delayed job is to run: in so many seconds, or at a moment."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"delay_seconds": 60}})

    delay_seconds: Annotated[Seconds, Field(ge=0)] | None = None
    run_at: DueMoment | None = Field(default=None, examples=["2026-11-22T06:00:00Z"])

    @model_validator(mode="after")
    def _one_time(self) -> Self:
        if (self.delay_seconds is None) == (self.run_at is None):
            message = "give delay_seconds or run_at"
            raise ValueError(message)
        return self


@router.post(
    "/{job_id}/reschedule",
    operation_id="reschedule_job",
    summary="Give a delayed job another time",
    responses=documented(kinds.UNKNOWN_JOB, kinds.JOB_NOT_DELAYED, *ACTS),
    dependencies=[audited(Action.RESCHEDULE)],
)
@needs(Scope.OPS_WRITE)
async def reschedule_job(job_id: str, time: OtherTime, resources: Provided) -> JobView:
    """Move a job that waits for its time, or for its retry, and return its record."""
    due_at = time.run_at.timestamp() if time.run_at else None
    return await _move(job_id, resources, due_at, time.delay_seconds or 0.0)


@router.post(
    "/{job_id}/run-now",
    operation_id="run_job_now",
    summary="Run a delayed job now",
    responses=documented(kinds.UNKNOWN_JOB, kinds.JOB_NOT_DELAYED, *ACTS),
    dependencies=[audited(Action.RUN_NOW)],
)
@needs(Scope.OPS_WRITE)
async def run_job_now(job_id: str, resources: Provided) -> JobView:
    """Put a job that waits for its time, or for its retry, on its queue, and return its record."""
    return await _move(job_id, resources, None, 0.0)


async def _move(
    job_id: str, resources: Provided, due_at: float | None, delay_seconds: float
) -> JobView:
    call = reschedule(job_id, due_at=due_at, delay_seconds=delay_seconds)
    state = await resources.store.run(call)
    if state is not None:
        raise JobNotDelayed(job_id, state)
    return JobView.of(await resources.store.run(jobs.get(job_id)))
