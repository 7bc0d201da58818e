"""What a caller may say about one enqueue, in Celery's words."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypedDict


class EnqueueOptions(TypedDict, total=False):
    """Celery's options of ``apply_async`` that are typed here, and the idempotency key.

    ``countdown`` and a numeric ``expires`` are seconds from now; priority 0 runs first, 9 last.
    """

    countdown: float
    eta: datetime
    expires: float | datetime
    priority: int
    queue: str
    task_id: str
    headers: dict[str, Any]
    idempotency_key: str
    soft_time_limit: float
    time_limit: float
    ignore_result: bool
