"""The trace of a job, over OpenTelemetry: nothing of it is loaded unless somebody collects spans.

``OTEL_EXPORTER_OTLP_ENDPOINT`` (or ``…_TRACES_ENDPOINT``) switches it on; docs/tracing.md.
"""

from __future__ import annotations

from longshore.tracing.start import flush, follow, start

__all__ = ["flush", "follow", "start"]
