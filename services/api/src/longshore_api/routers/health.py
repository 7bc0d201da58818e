"""Health and measurements, for machines."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Response

from longshore_api.access.scope import Scope, needs
from longshore_api.health.job import run_health_job
from longshore_api.health.readiness import ask_readiness
from longshore_api.problems import kinds
from longshore_api.problems.documented import BROKER, Responses, documented
from longshore_api.resources import Provided
from longshore_api.schemas.health import Alive, HealthJobView, Readiness

router = APIRouter(tags=["health"])

METRICS_PAGE: Responses = {200: {"description": "The page", "content": {"text/plain": {}}}}


@router.get(
    "/livez",
    operation_id="livez",
    summary="Is the process alive",
    responses=documented(takes_input=False),
)
@needs(Scope.OPS_READ)
async def livez() -> Alive:
    """Answer without asking the broker or the database: a restart would cure neither."""
    return Alive()


@router.get(
    "/readyz",
    operation_id="readyz",
    summary="Do the broker and the database answer",
    responses=documented(kinds.NOT_READY, takes_input=False),
)
@needs(Scope.OPS_READ)
async def readyz(resources: Provided) -> Readiness:
    """Ask both, within a short deadline, and say which of them does not answer."""
    return await ask_readiness(resources)


@router.get(
    "/metrics",
    operation_id="metrics",
    summary="Measurements for Prometheus",
    response_class=Response,
    responses={**documented(), **METRICS_PAGE},
)
@needs(Scope.OPS_READ)
async def metrics(resources: Provided, accept: Annotated[str, Header()] = "") -> Response:
    """Return requests and durations by route template, as text or as OpenMetrics."""
    page, media_type = resources.metrics.exposition(accept)
    return Response(page, media_type=media_type)


@router.get(
    "/api/v1/health/jobs",
    operation_id="health_jobs",
    summary="Send a job through the whole set",
    responses=documented(kinds.HEALTH_JOB_FAILED, *BROKER, takes_input=False),
)
@needs(Scope.OPS_READ)
async def health_jobs(resources: Provided) -> HealthJobView:
    """Enqueue an addition, wait for its result, and say what took how long."""
    return await run_health_job(resources.enqueuer, resources.settings.health_deadline_seconds)
