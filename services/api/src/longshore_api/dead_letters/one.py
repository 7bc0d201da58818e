"""One dead letter goes back to work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from longshore.errors import InvalidJob, UnknownDeadLetter, UnknownJob
from longshore.jobs import Job, Roll
from longshore.message import arguments, renewed
from longshore.records import JobRecord
from longshore.store import dead_letters, jobs
from longshore.store.dead_letters import DeadLetter, Revival
from longshore_api.resources import Resources

Edited = tuple[Sequence[Any] | None, Mapping[str, Any] | None]


async def replay_one(
    resources: Resources,
    job_id: str,
    args: Sequence[Any] | None,
    fields: Mapping[str, Any] | None,
) -> JobRecord:
    """Replay a letter and return its record, also when that was done before.

    Raises:
        UnknownDeadLetter: the job is no dead letter and was not replayed.
        InvalidJob: the edited arguments do not fit the job class.
        UnreadableMessage: no worker could run it.
    """
    store = resources.store
    try:
        letter = await store.run(dead_letters.get(job_id))
    except UnknownDeadLetter:
        return await _replayed_before(resources, job_id)
    edited = _checked(resources.roll, letter, args, fields)
    message = renewed(letter.message, args=edited[0], kwargs=edited[1])
    await store.run(dead_letters.replay([Revival(job_id, letter.kept_at, message)]))
    return await store.run(jobs.get(job_id))


async def _replayed_before(resources: Resources, job_id: str) -> JobRecord:
    try:
        record = await resources.store.run(jobs.get(job_id))
    except UnknownJob:
        raise UnknownDeadLetter(job_id) from None
    if not record.replays or record.discard_reason is not None:
        raise UnknownDeadLetter(job_id)
    return record


def _checked(
    roll: Roll,
    letter: DeadLetter,
    args: Sequence[Any] | None,
    fields: Mapping[str, Any] | None,
) -> Edited:
    job = roll.get(letter.record.task)
    if (args is None and fields is None) or job is None:
        return args, fields
    sent = arguments(letter.message)
    chosen = sent.kwargs if fields is None else fields
    _fit(job, sent.args if args is None else args, chosen)
    return args, fields


def _fit(job: type[Job], args: Sequence[Any], fields: Mapping[str, Any]) -> None:
    if args:
        raise InvalidJob(f"{job.spec.task} takes fields by name; send args as []")
    job.from_fields(fields)
