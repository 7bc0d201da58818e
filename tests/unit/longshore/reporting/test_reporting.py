"""What leaves the process, and that nothing does unless it is asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from longshore.logs.redaction import MASK
from longshore.reporting import report
from longshore.reporting.holder import REPORTING
from longshore.reporting.sentry import scrubbed
from support.fresh_interpreter import FreshInterpreters


class Kept:
    """A reporter that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[BaseException, Mapping[str, str]]] = []

    def report(self, error: BaseException, tags: Mapping[str, str]) -> None:
        self.told.append((error, tags))

    def flush(self) -> None:
        """Nothing is on its way."""


@pytest.fixture
def kept() -> Iterator[Kept]:
    kept = REPORTING.reporter = Kept()
    yield kept
    REPORTING.reporter = None


def test_what_is_known_is_told_as_text_and_nothing_else(kept: Kept) -> None:
    error = ValueError("no")
    report(error, {"job_id": "7", "attempt": 2, "request_id": None, "worker": ""})
    assert kept.told == [(error, {"job_id": "7", "attempt": "2"})]


def test_without_a_reporter_nobody_is_told() -> None:
    assert REPORTING.reporter is None
    report(ValueError("no"), {"job_id": "7"})


def test_secrets_stay_here() -> None:
    event: dict[str, Any] = {
        "exception": {
            "values": [
                {
                    "type": "ConnectionError",
                    "value": "redis://ada:hunter2@host refused token=abc123",
                    "stacktrace": {"frames": [{"context_line": 'password = "hunter2"'}]},
                }
            ]
        },
        "tags": {"task": "email.send", "api_key": "hunter2"},
        "extra": {"headers": ("Authorization: Bearer hunter2hunter2",)},
    }
    sent = json.dumps(scrubbed(event, {}))
    assert "hunter2" not in sent
    assert "abc123" not in sent
    assert sent.count(MASK) >= 5
    assert '"task": "email.send"' in sent


def test_the_sdk_is_not_loaded_without_a_dsn(fresh_interpreter: FreshInterpreters) -> None:
    work = "import sys, longshore.install; from longshore import reporting;"
    more = "reporting.start(None, 'x'); reporting.flush(); sys.exit('sentry_sdk' in sys.modules)"
    assert fresh_interpreter.run(work + more).returncode == 0


def test_a_missing_sdk_is_a_line_and_no_end(fresh_interpreter: FreshInterpreters) -> None:
    work = "import sys; sys.modules['sentry_sdk'] = None; from longshore import reporting;"
    more = "reporting.start('https://key@sentry.example/1', 'x'); reporting.report(OSError(), {})"
    done = fresh_interpreter.run(work + more)
    assert done.returncode == 0
    assert "install longshore[sentry]" in done.stderr
    assert "key@" not in done.stderr
