"""Under which outcome and error the main process counts an attempt."""

from __future__ import annotations

import pytest
from billiard.exceptions import WorkerLostError
from celery.exceptions import Ignore, Reject, Retry

from longshore.errors import HandlerExit
from longshore.records import Outcome
from longshore.worker.meter import ended


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ValueError("no"), (Outcome.FAILED, "ValueError")),
        (HandlerExit("SystemExit", "3"), (Outcome.FAILED, "SystemExit")),
        (WorkerLostError("gone"), (Outcome.INTERRUPTED, "")),
        (Reject("no"), (Outcome.FAILED, "")),
        (Ignore(), (Outcome.SUCCEEDED, "")),
        (Retry(), (Outcome.RETRIED, "")),
    ],
)
def test_an_error_is_counted_by_what_it_was(error, expected):
    assert ended(error) == expected
