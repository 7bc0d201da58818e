"""Batches: how far they are."""

from __future__ import annotations

from fastapi import APIRouter

from longshore.errors import UnknownBatch
from longshore.store.batches import get_batch
from longshore_api.access.scope import Scope, needs
from longshore_api.access.tenancy import SightOfReader
from longshore_api.problems import kinds
from longshore_api.problems.documented import BROKER, documented
from longshore_api.resources import Provided
from longshore_api.schemas.batch import BatchProgress

router = APIRouter(prefix="/api/v1/batches", tags=["jobs"])


@router.get(
    "/{batch_id}",
    operation_id="get_batch",
    summary="Show how far a batch is",
    responses=documented(kinds.UNKNOWN_BATCH, *BROKER),
)
@needs(Scope.JOBS_READ)
async def show_batch(batch_id: str, resources: Provided, seen: SightOfReader) -> BatchProgress:
    """Return its jobs, counted by how they ended; it is kept for a day from its end on."""
    record = await resources.store.run(get_batch(batch_id))
    if not seen.sees(record.client):
        raise UnknownBatch(batch_id)
    return BatchProgress.of(record)
