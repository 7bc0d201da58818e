"""Celery's result document of a success, written at once.

Format: ``celery.backends.base.Backend._get_result_meta`` without ``result_extended``, as JSON.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from longshore.plain_json import json_encoder

_json = json_encoder()


def success(result: object, job_id: str, request: Any, done: datetime) -> str:
    """The document.

    Raises:
        TypeError, ValueError, RecursionError: the result is not plain JSON.
    """
    children = [child.as_tuple() for child in getattr(request, "_children", None) or ()]
    tail = {
        "traceback": None,
        "children": children,
        "date_done": done.isoformat(),
        **_place(request),
        "task_id": job_id,
    }
    return f'{{"status": "SUCCESS", "result": {_json(result)}, {_json(tail)[1:]}'


def _place(request: Any) -> dict[str, Any]:
    """Where the job stands in a group and below another job, if it does."""
    places = (
        ("group_id", getattr(request, "group", None)),
        ("parent_id", getattr(request, "parent_id", None)),
    )
    return {name: value for name, value in places if value}
