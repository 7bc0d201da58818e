"""Nobody pays for spans that nobody collects."""

from __future__ import annotations

import json
import subprocess

import pytest

from support.fresh_interpreter import FreshInterpreters

#: What a producer and a worker's child go through, up to the broker.
WORK = """
import json, sys
{before}
import longshore.install
from longshore import tracing
from longshore.envelope import NewJob, encode
from longshore.tracing.holder import TRACING
import longshore.worker.pool.child, longshore.worker.report
encode(NewJob(task="system.add", id="1", kwargs={{}}, queue="high"))
tracing.flush()
names = ("opentelemetry.sdk.trace", "opentelemetry.exporter", "google.protobuf", "requests")
print(json.dumps([TRACING.spans is None, [one for one in names if one in sys.modules]]))
"""
#: As if the extra ``tracing`` were not installed.
WITHOUT = "sys.modules['opentelemetry'] = None"


def run(
    fresh_interpreter: FreshInterpreters, before: str = "", **environment: str
) -> tuple[subprocess.CompletedProcess[str], list[object]]:
    done = fresh_interpreter.run(WORK.format(before=before), environment=environment)
    assert done.returncode == 0, done.stderr
    return done, json.loads(done.stdout)


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1", "OTEL_SDK_DISABLED": "true"},
    ],
)
def test_nothing_of_it_is_loaded_without_a_collector(
    fresh_interpreter: FreshInterpreters, environment: dict[str, str]
) -> None:
    _, answer = run(fresh_interpreter, **environment)
    assert answer == [True, []]


def test_the_engine_does_without_the_library(fresh_interpreter: FreshInterpreters) -> None:
    _, answer = run(fresh_interpreter, before=WITHOUT)
    assert answer == [True, []]


def test_a_command_that_makes_no_span_does_not_load_it_either(
    fresh_interpreter: FreshInterpreters,
) -> None:
    # What `celery inspect` and the probes of a pod are.
    work = "print(json.dumps([x for x in sys.modules if x == 'opentelemetry.sdk.trace'])); sys.exit"
    done = fresh_interpreter.run(
        f"import json, sys, longshore.install; {work}()",
        environment={"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"},
    )
    assert json.loads(done.stdout) == []


def test_what_is_missing_is_said_in_a_line_and_costs_no_job(
    fresh_interpreter: FreshInterpreters,
) -> None:
    endpoint = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:1"}
    done, answer = run(fresh_interpreter, before=WITHOUT, **endpoint)
    assert answer == [True, []]
    (line,) = done.stderr.splitlines()
    assert "OTEL_EXPORTER_OTLP_ENDPOINT is set" in line
    assert "install longshore[tracing]" in line
