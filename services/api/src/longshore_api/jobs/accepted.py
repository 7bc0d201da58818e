"""The record of a job at the moment of its acceptance."""

from __future__ import annotations

from pydantic_core import to_json

from longshore.envelope import NewJob
from longshore.records import JobState, moment

#: Nothing of this has happened yet.
NOTHING_YET = {
    "attempts": 0,
    "deliveries": 0,
    "interruptions": 0,
    "started_at": None,
    "finished_at": None,
    "worker": None,
    "error": None,
    "dead_reason": None,
    "replays": 0,
    "discard_reason": None,
    "cancel_asked": False,
    "progress": None,
}


def accepted_json(job: NewJob, now: float) -> bytes:
    """Return the JSON of the record that the enqueue has just written; ``now``: the api's clock.

    It is told from what was sent and not read back: once the enqueue is done, no second failure
    may turn an accepted job into an error.
    """
    due_at = job.due_at if job.delay_seconds is None else now + job.delay_seconds
    waits = due_at is not None and due_at > now
    lasts = job.expires_in_seconds
    shown = {
        "id": job.id,
        "task": job.task,
        "queue": job.queue,
        "state": JobState.SCHEDULED.value if waits else JobState.QUEUED.value,
        "priority": job.priority,
        "enqueued_at": moment(now),
        "due_at": moment(due_at) if waits else None,
        "expires_at": None if lasts is None else moment(now + lasts),
        "request_id": job.headers.get("request_id"),
        **NOTHING_YET,
        "client": job.client,
    }
    return to_json(shown)
