"""Dead letters: look at them. Nothing here changes anything."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import Field

from longshore.jobs.comparison import compare
from longshore.message import arguments
from longshore.store import dead_letters
from longshore_api.access.scope import Scope, needs
from longshore_api.dead_letters.wanted import Wanted
from longshore_api.problems import kinds
from longshore_api.problems.documented import BROKER, documented
from longshore_api.resources import Provided
from longshore_api.schemas.dead_letter import ComparisonView, DeadLetterList, DeadLetterView

PREFIX = "/api/v1/dead-letters"
router = APIRouter(prefix=PREFIX, tags=["dead letters"])


class Listing(Wanted):
    """Which dead letters to list, and in which order."""

    order: Literal["newest", "oldest"] = "newest"
    cursor: str | None = Field(default=None, max_length=1000, description="that of the page before")
    limit: int = Field(default=50, ge=1, le=200)


@router.get(
    "",
    operation_id="list_dead_letters",
    summary="List dead letters",
    responses=documented(*BROKER),
)
@needs(Scope.OPS_READ)
async def list_dead_letters(
    listing: Annotated[Listing, Query()], resources: Provided
) -> DeadLetterList:
    """Return a page of the dead letters, the newest first unless told otherwise."""
    call = dead_letters.page(
        listing.filter,
        cursor=listing.cursor,
        limit=listing.limit,
        oldest_first=listing.order == "oldest",
    )
    return DeadLetterList.of(await resources.store.run(call))


@router.get(
    "/{job_id}",
    operation_id="get_dead_letter",
    summary="Look at a dead letter",
    responses=documented(kinds.UNKNOWN_DEAD_LETTER, *BROKER),
)
@needs(Scope.OPS_READ)
async def get_dead_letter(job_id: str, resources: Provided) -> DeadLetterView:
    """Return its record, its original message and the whole story of its attempts."""
    return DeadLetterView.whole(await resources.store.run(dead_letters.get(job_id)))


@router.get(
    "/{job_id}/comparison",
    operation_id="compare_dead_letter",
    summary="Compare what was sent with what is taken now",
    responses=documented(kinds.UNKNOWN_DEAD_LETTER, kinds.UNREADABLE_MESSAGE, *BROKER),
)
@needs(Scope.OPS_READ)
async def compare_dead_letter(job_id: str, resources: Provided) -> ComparisonView:
    """Return field by field whether the job class would take now what was sent then."""
    letter = await resources.store.run(dead_letters.get(job_id))
    task = letter.record.task
    job = resources.roll.get(task)
    found = compare(task, arguments(letter.message), job)
    return ComparisonView.of(job_id, found, job.model_json_schema() if job else None)
