"""Traces are asked for by OpenTelemetry's own variables."""

from __future__ import annotations

import pytest

from longshore.tracing.asked import asks, complaint

THERE = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://collector:4318"}


@pytest.mark.parametrize(
    ("environ", "asked"),
    [
        ({}, False),
        (THERE, True),
        ({"OTEL_EXPORTER_OTLP_ENDPOINT": ""}, False),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://collector:4318/v1/traces"}, True),
        ({"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": "http://collector:4318/v1/metrics"}, False),
        ({**THERE, "OTEL_SDK_DISABLED": "true"}, False),
        ({**THERE, "OTEL_SDK_DISABLED": "false"}, True),
        ({**THERE, "OTEL_TRACES_EXPORTER": "none"}, False),
        ({**THERE, "OTEL_TRACES_EXPORTER": "otlp"}, True),
        ({"OTEL_TRACES_EXPORTER": "otlp"}, False),
    ],
)
def test_an_endpoint_asks_and_two_switches_forbid(environ: dict[str, str], asked: bool) -> None:
    assert asks(environ) is asked


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({}, None),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf"}, None),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "the OTLP protocol is 'grpc'"),
        (
            {
                "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
                "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "http/protobuf",
            },
            None,
        ),
        ({"OTEL_TRACES_EXPORTER": "zipkin"}, "OTEL_TRACES_EXPORTER is 'zipkin'"),
    ],
)
def test_what_cannot_be_had_is_said(environ: dict[str, str], words: str | None) -> None:
    said = complaint(environ)
    assert said is None if words is None else said is not None and said.startswith(words)
