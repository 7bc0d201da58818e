"""A job as a caller wishes it."""

from __future__ import annotations

from dataclasses import dataclass

from longshore.current import request_id
from longshore.envelope import NewJob
from longshore.jobs import Job, to_new_job
from longshore.jobs.fingerprint import fingerprint
from longshore_api.jobs.wishes import Wishes


@dataclass(frozen=True, slots=True)
class Order:
    """What a caller asks for besides the fields of the job.

    ``client`` is whose order it is; an idempotency key is a name among those of that client.
    """

    wishes: Wishes
    key: str | None = None
    client: str | None = None

    def named(self, key: str | None) -> str | None:
        """Return a key of this client's as nobody else can name it."""
        if key is None or self.client is None:
            return key
        return f"{len(self.client)}:{self.client}{key}"


def new_job(job: Job, order: Order, key: str | None) -> NewJob:
    """Return the job as the store takes it, with the id of the request that runs now."""
    wishes = order.wishes
    new = to_new_job(
        job,
        idempotency_key=order.named(key),
        request_id=request_id.get(),
        priority=wishes.priority,
        delay_seconds=wishes.delay_seconds,
        run_at=wishes.run_at,
        expires_in_seconds=wishes.expires_in_seconds,
    )
    new.client = order.client
    if key is not None and (asked := wishes.model_dump(mode="json", exclude_defaults=True)):
        # The same fields at another time, or as urgent as before no more, are another request.
        new.fingerprint = fingerprint(new.task, {"fields": dict(new.kwargs), "wishes": asked})
    return new
