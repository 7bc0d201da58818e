"""Schedules: what is enqueued by itself, and when."""

from __future__ import annotations

from fastapi import APIRouter

from longshore.store import schedules
from longshore_api.access.scope import Scope, needs
from longshore_api.problems.documented import BROKER, documented
from longshore_api.resources import Provided
from longshore_api.schemas.schedule import ScheduleView

router = APIRouter(prefix="/api/v1/schedules", tags=["schedules"])


@router.get(
    "",
    operation_id="list_schedules",
    summary="List the schedule",
    responses=documented(*BROKER, takes_input=False),
)
@needs(Scope.OPS_READ)
async def list_schedules(resources: Provided) -> ScheduleView:
    """Return every entry with its last and next slot, and who leads."""
    return ScheduleView.of(await resources.store.run(schedules.overview()))
