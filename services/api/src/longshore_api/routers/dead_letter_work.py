"""Dead letters: send them back to work, or discard them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from longshore.store import dead_letters
from longshore_api.access.scope import Scope, needs
from longshore_api.audit import Action, AuditEntry, audited
from longshore_api.dead_letters.bulk import discard_some, discard_these, replay_some
from longshore_api.dead_letters.one import replay_one
from longshore_api.dead_letters.wanted import Bulk
from longshore_api.problems import kinds
from longshore_api.problems.documented import ACTS, documented
from longshore_api.resources import Provided
from longshore_api.routers.dead_letters import PREFIX
from longshore_api.schemas.bulk import DiscardedView, ReplayedView
from longshore_api.schemas.job import JobView

router = APIRouter(prefix=PREFIX, tags=["dead letters"])

Reason = Annotated[str, Query(max_length=500, description="why, for the record")]
NOT_SAID = "discarded through the api"


class Edits(BaseModel):
    """Arguments in place of those that were sent; what is left out stays as it was."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"example": {"fields": {"a": 2}}})

    args: list[Any] | None = Field(default=None, description="positional; a job class takes none")
    fields: dict[str, Any] | None = None


class BulkReplay(Bulk):
    """Which dead letters to replay, and how fast."""

    rate_per_second: float | None = Field(
        default=None, ge=0.01, le=1000, description="spread them out: so many a second become due"
    )

    @field_validator("all", "limit", "older_than_seconds", "rate_per_second", mode="before")
    @classmethod
    def _has_the_type_of_json(cls, value: object, info: ValidationInfo) -> object:
        # As a query it would be taken from a text; in JSON "1" is no number and 1 is not true.
        switch = info.field_name == "all"
        if isinstance(value, str) or isinstance(value, bool) is not switch:
            raise ValueError("must be true or false" if switch else "must be a number")
        return value


@router.post(
    "/replay",
    operation_id="replay_dead_letters",
    summary="Replay dead letters",
    responses=documented(*ACTS),
)
@needs(Scope.OPS_WRITE)
async def replay_dead_letters(
    bulk: BulkReplay, resources: Provided, entry: Annotated[AuditEntry, audited(Action.REPLAY)]
) -> ReplayedView:
    """Send a bounded number of those that fit back to work, the oldest first.

    Repeat the call with the cursor of its answer until there is none. It may be broken off and
    begun again at any time: what was replayed is no dead letter any more.
    """
    entry.note(asked=bulk.model_dump(mode="json", exclude_none=True))
    view = await replay_some(resources.store, bulk, bulk.rate_per_second)
    entry.note(**view.model_dump(mode="json", exclude_none=True))
    return view


@router.post(
    "/{job_id}/replay",
    operation_id="replay_dead_letter",
    summary="Replay a dead letter",
    status_code=202,
    responses=documented(kinds.UNKNOWN_DEAD_LETTER, kinds.UNREADABLE_MESSAGE, *ACTS),
    dependencies=[audited(Action.REPLAY)],
)
@needs(Scope.OPS_WRITE)
async def replay_dead_letter(
    job_id: str, resources: Provided, edits: Annotated[Edits | None, Body()] = None
) -> JobView:
    """Send one back to work, with other arguments if they are given, and return its record.

    Twice has one effect: what was replayed before is answered with its record.
    """
    chosen = edits or Edits()
    return JobView.of(await replay_one(resources, job_id, chosen.args, chosen.fields))


@router.delete(
    "/{job_id}",
    operation_id="discard_dead_letter",
    summary="Discard a dead letter",
    status_code=204,
    response_class=Response,
    responses=documented(kinds.UNKNOWN_DEAD_LETTER, *ACTS),
    dependencies=[audited(Action.DISCARD)],
)
@needs(Scope.OPS_WRITE)
async def discard_dead_letter(
    job_id: str, resources: Provided, discard_reason: Reason = NOT_SAID
) -> Response:
    """Drop one on purpose; its record is kept a while, with the reason."""
    letter = await resources.store.run(dead_letters.get(job_id))
    await discard_these(resources.store, [letter.kept], discard_reason)
    return Response(status_code=204)


class BulkDiscard(Bulk):
    """Which dead letters to discard, and why."""

    discard_reason: str = Field(default=NOT_SAID, max_length=500, description="for the record")


@router.delete(
    "",
    operation_id="discard_dead_letters",
    summary="Discard dead letters",
    responses=documented(*ACTS),
)
@needs(Scope.OPS_WRITE)
async def discard_dead_letters(
    bulk: Annotated[BulkDiscard, Query()],
    resources: Provided,
    entry: Annotated[AuditEntry, audited(Action.DISCARD)],
) -> DiscardedView:
    """Drop a bounded number of those that fit, the oldest first; repeat it with the cursor."""
    view = await discard_some(resources.store, bulk, bulk.discard_reason)
    entry.note(**view.model_dump(mode="json", exclude_none=True))
    return view
