"""What a worker does when a lease is lost or a person cancels a running job."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from celery.utils.log import get_logger
from celery.worker import state

from longshore.transport.book import Entry

logger = get_logger(__name__)


def on_lease_lost(entry: Entry) -> None:
    """Says so; the outcome of the run, when it comes, will be refused."""
    logger.warning(
        "lease of job %s lost (delivery %d): its outcome here will be refused",
        entry.claim.job_id,
        entry.claim.delivery,
    )


def canceller(worker: Any) -> Callable[[Entry], None]:
    """What ends a running job of this worker when its cancel was asked for.

    Pools that cannot end one job (threads, solo) let it run; its record ends as cancelled.
    """

    def cancel(entry: Entry) -> None:
        request = state.requests.get(entry.claim.job_id)
        if request is None:
            return
        logger.info("cancelling job %s: a person asked for it", entry.claim.job_id)
        state.revoked.add(entry.claim.job_id)
        hub = getattr(worker, "hub", None) or getattr(worker.consumer, "hub", None)
        if hub is not None:
            hub.call_soon(_terminate, request, worker.pool)
        else:
            _terminate(request, worker.pool)

    return cancel


def _terminate(request: Any, pool: Any) -> None:
    try:
        request.terminate(pool, signal="TERM")
    except NotImplementedError:
        logger.info("this pool cannot end job %s; it runs to its end", request.id)
