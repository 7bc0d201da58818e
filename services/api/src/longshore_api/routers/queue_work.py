"""Queues: pause them, resume them, drop what waits in them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter

from longshore.envelope import PRIORITY_STEPS
from longshore.store import queues
from longshore_api.access.scope import Scope, needs
from longshore_api.audit import Action, AuditEntry, audited
from longshore_api.problems import kinds
from longshore_api.problems.documented import ACTS, documented
from longshore_api.resources import Provided
from longshore_api.schemas.queue import PausedView, PurgedView

#: Jobs dropped by one call, of each priority.
PURGED_AT_ONCE = 1000

router = APIRouter(prefix="/api/v1/queues", tags=["queues"])


@router.post(
    "/{queue}/pause",
    operation_id="pause_queue",
    summary="Pause a queue",
    responses=documented(kinds.UNKNOWN_QUEUE, *ACTS),
    dependencies=[audited(Action.PAUSE)],
)
@needs(Scope.OPS_WRITE)
async def pause_queue(queue: str, resources: Provided) -> PausedView:
    """Let nothing be claimed from it until it is resumed; what is enqueued waits."""
    changed = await resources.store.run(queues.pause(queue))
    return PausedView(queue=queue, paused=True, changed=changed)


@router.post(
    "/{queue}/resume",
    operation_id="resume_queue",
    summary="Resume a paused queue",
    responses=documented(kinds.UNKNOWN_QUEUE, *ACTS),
    dependencies=[audited(Action.RESUME)],
)
@needs(Scope.OPS_WRITE)
async def resume_queue(queue: str, resources: Provided) -> PausedView:
    """Let it be claimed from again."""
    changed = await resources.store.run(queues.resume(queue))
    return PausedView(queue=queue, paused=False, changed=changed)


@router.post(
    "/{queue}/purge",
    operation_id="purge_queue",
    summary="Drop what waits in a queue",
    responses=documented(kinds.UNKNOWN_QUEUE, *ACTS),
)
@needs(Scope.OPS_WRITE)
async def purge_queue(
    queue: str, resources: Provided, entry: Annotated[AuditEntry, audited(Action.PURGE)]
) -> PurgedView:
    """Cancel a bounded number of its waiting jobs; running and delayed ones are left alone."""
    purged, more = 0, False
    for step in PRIORITY_STEPS:
        count = await resources.store.run(queues.purge(queue, step, PURGED_AT_ONCE))
        purged, more = purged + count, more or count == PURGED_AT_ONCE
    entry.note(purged=purged, more=more)
    return PurgedView(queue=queue, purged=purged, more=more)
