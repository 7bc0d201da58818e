"""What a job class promises about every job of its task."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from longshore.errors import SettingsError
from longshore.retry import RetryPolicy

#: The header that the store reads when a run was cut short.
MOST = "longshore_max_deliveries"
TASK_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")


@dataclass(frozen=True, slots=True)
class JobSpec:
    """The fixed facts of one task. Time limits are seconds of one attempt.

    ``max_deliveries``: after so many runs without an outcome, because their worker was lost, the
    job is kept among the dead letters; the broker's own limit when it is lower or this is unset.
    With 1 it is not begun again: for work that must rather not be done than be done twice.
    ``scope`` is the right that a caller over HTTP needs to enqueue it; with ``None`` no such caller
    may, because the set enqueues it by itself.

    Raises SettingsError for a name that is not dotted lower case, an empty queue, or limits that
    leave the handler no time between the soft and the hard one.
    """

    task: str
    queue: str
    summary: str = ""
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    soft_time_limit_seconds: float = 60.0
    time_limit_seconds: float = 90.0
    max_deliveries: int | None = None
    scope: str | None = "jobs:write"

    def __post_init__(self) -> None:
        if TASK_NAME.fullmatch(self.task) is None:
            message = f"task name {self.task!r}: use dotted lower case, such as 'images.thumbnail'"
            raise SettingsError(message)
        if not self.queue:
            message = f"task {self.task}: name the queue it waits in"
            raise SettingsError(message)
        if self.max_deliveries is not None and self.max_deliveries < 1:
            message = f"task {self.task}: max_deliveries must be 1 or more"
            raise SettingsError(message)
        if not 0 < self.soft_time_limit_seconds < self.time_limit_seconds:
            message = (
                f"task {self.task}: the soft time limit must be above 0 and below the hard one"
            )
            raise SettingsError(message)

    @property
    def headers(self) -> dict[str, int]:
        """What the message of each such job says to the store."""
        return {MOST: self.max_deliveries} if self.max_deliveries else {}
