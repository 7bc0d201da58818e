"""Queues: what waits in them."""

from __future__ import annotations

from fastapi import APIRouter

from longshore.store import queues
from longshore_api.access.scope import Scope, needs
from longshore_api.problems.documented import BROKER, documented
from longshore_api.resources import Provided
from longshore_api.schemas.queue import QueueList, QueueView
from longshore_tasks.queues import Queue

router = APIRouter(prefix="/api/v1/queues", tags=["queues"])


@router.get(
    "",
    operation_id="list_queues",
    summary="List the queues",
    responses=documented(*BROKER, takes_input=False),
)
@needs(Scope.JOBS_READ)
async def list_queues(resources: Provided) -> QueueList:
    """Return what waits, is delayed, claimed and dead in each queue."""
    found = await resources.store.run(queues.all_status([queue.value for queue in Queue]))
    return QueueList(queues=[QueueView.of(status) for status in found])
