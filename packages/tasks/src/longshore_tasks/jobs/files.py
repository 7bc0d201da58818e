"""Jobs about stored files."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from longshore.jobs import Job
from longshore_tasks.queues import Queue
from longshore_tasks.retries import STANDARD

MAX_LISTED = 100
"""Names in a result; the counts are of all files."""

# Nothing lies outside these three, and nothing may be named by climbing out of them.
Prefix = Annotated[
    str,
    StringConstraints(pattern=r"^(uploads|thumbnails|reports)/[a-z0-9_/-]*$", max_length=200),
]


class CleanUpFiles(
    Job,
    task="files.cleanup",
    queue=Queue.LOW,
    scope="ops:write",
    summary="Remove stored files under a prefix that are older than an age.",
    retry=STANDARD,
    soft_time_limit_seconds=300,
    time_limit_seconds=330,
):
    """A dry run lists what would be removed and removes nothing."""

    prefix: Prefix
    older_than_seconds: float = Field(default=30 * 86_400, ge=0, le=10 * 366 * 86_400)
    dry_run: bool = False


class CleanedUp(BaseModel):
    """What was removed, or would be; ``keys`` names the first of them, in order."""

    dry_run: bool
    count: int
    size_bytes: int
    keys: tuple[str, ...] = Field(max_length=MAX_LISTED)
