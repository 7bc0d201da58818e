"""The audit trail: who did what to the jobs."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from longshore_api.access.scope import Scope, needs
from longshore_api.audit.action import Action
from longshore_api.audit.trail import Wanted, read
from longshore_api.moment import Moment
from longshore_api.problems import kinds
from longshore_api.problems.documented import documented
from longshore_api.resources import Provided
from longshore_api.schemas.audit import AuditPage

router = APIRouter(prefix="/api/v1/audit", tags=["audit"])

#: SQLite's and PostgreSQL's largest.
LARGEST_ID = 2**31 - 1
#: No text of PostgreSQL's holds one.
NO_NUL = r"^[^\x00]*$"


class AuditFilters(BaseModel):
    """Which acts to list; without filters all."""

    model_config = ConfigDict(extra="forbid")

    actor: str | None = Field(default=None, min_length=1, max_length=255, pattern=NO_NUL)
    action: Action | None = None
    target: str | None = Field(
        default=None,
        min_length=1,
        max_length=255,
        pattern=NO_NUL,
        description="such as a job's id",
    )
    since: Moment | None = None
    until: Moment | None = None
    cursor: int | None = Field(
        default=None, ge=0, le=LARGEST_ID, description="that of the page before"
    )
    limit: int = Field(default=50, ge=1, le=200)

    def wanted(self) -> Wanted:
        """Return the filters as the trail takes them."""
        return Wanted(self.actor, self.action, self.target, self.since, self.until)


@router.get(
    "",
    operation_id="list_audit",
    summary="List operators' acts, newest first",
    responses=documented(kinds.DATABASE_UNAVAILABLE),
)
@needs(Scope.OPS_READ)
async def list_audit(filters: Annotated[AuditFilters, Query()], resources: Provided) -> AuditPage:
    """Return a page of the trail."""
    rows = await run_in_threadpool(
        read, resources.engine, filters.wanted(), filters.limit, filters.cursor
    )
    return AuditPage.of(rows, filters.limit)
