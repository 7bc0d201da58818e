"""Nobody pays for spans that nobody collects."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

#: What a producer and a worker's child go through, up to the broker.
WORK = """
import json, sys
{before}
import longshore.install
from longshore import tracing
from longshore.envelope import NewJob, encode
from longshore.tracing.holder import TRACING
import longshore.worker.pool.child, longshore.worker.report
{more}
encode(NewJob(task="system.add", id="1", kwargs={{}}, queue="high"))
tracing.flush()
names = ("opentelemetry.sdk.trace", "opentelemetry.exporter", "google.protobuf", "requests")
print(json.dumps([TRACING.spans is None, [one for one in names if one in sys.modules]]))
"""
#: As if the extra ``tracing`` were not installed.
WITHOUT = "sys.modules['opentelemetry'] = None"


def run(
    before: str = "", more: str = "", **environment: str
) -> tuple[subprocess.CompletedProcess[str], list[object]]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("OTEL_")}
    done = subprocess.run(
        [sys.executable, "-c", WORK.format(before=before, more=more)],
        env={**clean, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return done, json.loads(done.stdout)


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_SDK_DISABLED": "true"},
    ],
)
def test_nothing_of_it_is_loaded_without_a_collector(environment: dict[str, str]) -> None:
    _, answer = run(**environment)
    assert answer == [True, []]


def test_the_engine_does_without_the_library() -> None:
    _, answer = run(before=WITHOUT)
    assert answer == [True, []]


def test_a_command_that_makes_no_span_does_not_load_it_either() -> None:
    # What `celery inspect` and the probes of a pod are.
    work = "print(json.dumps([x for x in sys.modules if x == 'opentelemetry.sdk.trace'])); sys.exit"
    done = subprocess.run(
        [sys.executable, "-c", f"import json, sys, longshore.install; {work}()"],
        env={**os.environ, "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == []


def test_what_is_missing_is_said_in_a_line_and_costs_no_job() -> None:
    done, answer = run(before=WITHOUT, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:1")
    assert answer == [True, []]
    (line,) = done.stderr.splitlines()
    assert "OTEL_EXPORTER_OTLP_ENDPOINT is set" in line
    assert "install longshore[tracing]" in line
