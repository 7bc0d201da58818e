"""What the parent tells of an attempt whose process has ended under it."""

from __future__ import annotations

import json
import time
from typing import Any

from billiard.exceptions import TimeLimitExceeded, WorkerLostError
from celery.app.task import Context
from celery.utils.log import get_logger

from longshore.outcome import told_of
from longshore.reporting import report
from longshore.store import Store
from longshore.store.claims import message
from longshore.tracing.holder import TRACING
from longshore.worker.pool.board import Held, Running

logger = get_logger(__name__)


def tell_lost(store: Store, one: Running, why: str, *, blamed: bool) -> None:
    """Before the job goes elsewhere: then its message is no longer at hand.

    ``blamed``: nobody has ended the process on purpose.

    Raises:
        BrokerError: the broker does not answer, so that nothing can be done for the job either.
    """
    held, ran = one.held, time.monotonic() - one.started_at
    error_type = "Interrupted"
    if held.hard_seconds and ran > held.hard_seconds:
        error_type, why = TimeLimitExceeded.__name__, f"it ran for {held.hard_seconds:g} s"
    request = _request_of(store, held)
    told = {**told_of(held.claim, request), "error_type": error_type, "error_message": why}
    logger.warning("job interrupted", extra=told)
    if blamed:
        report(WorkerLostError(why), told)
    if TRACING.spans is not None:
        TRACING.spans.lost(held.claim, request, time.time() - ran, error_type, why)


def _request_of(store: Store, held: Held) -> Context:
    raw = store.run(message(held.claim))
    headers: dict[str, Any] = json.loads(raw)["headers"] if raw else {}
    return Context({"id": held.claim.job_id, "task": held.task, **headers})
