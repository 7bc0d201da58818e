"""Whether the environment asks for traces, by OpenTelemetry's own variables.

Source: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
"""

from __future__ import annotations

from collections.abc import Mapping

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
PROTOCOLS = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
SPOKEN = "http/protobuf"


def asks(environ: Mapping[str, str]) -> bool:
    """Whether spans have somewhere to go, and nobody has switched them off."""
    off = environ.get("OTEL_SDK_DISABLED", "").strip().lower() == "true"
    exporter = environ.get("OTEL_TRACES_EXPORTER", "").strip().lower() or "otlp"
    return not off and exporter != "none" and any(environ.get(name) for name in ENDPOINTS)


def complaint(environ: Mapping[str, str]) -> str | None:
    """What is asked for and cannot be had, in one line; ``None`` when all is well."""
    exporter = environ.get("OTEL_TRACES_EXPORTER", "").strip().lower() or "otlp"
    if exporter != "otlp":
        return f"OTEL_TRACES_EXPORTER is {exporter!r}; leave it out, or write otlp or none"
    protocol = next((environ[name] for name in PROTOCOLS if environ.get(name)), SPOKEN)
    if protocol != SPOKEN:
        return f"the OTLP protocol is {protocol!r}; leave it out, or write {SPOKEN}"
    return None
