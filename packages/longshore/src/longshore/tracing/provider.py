"""Where spans go: batched, over OTLP/HTTP, as OpenTelemetry's own variables say."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from importlib.metadata import version

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

from longshore.tracing.ids import Ids
from longshore.tracing.spans import JobSpans

#: A process that is killed loses the spans of so long; OTEL_BSP_SCHEDULE_DELAY goes before it.
DELAY_MS = 1000.0
#: A collector that hangs must not hold a drain up for longer.
FLUSH_SECONDS = 3.0


class PerProcess(SpanExporter):
    """An exporter whose connections are this process's own: after a fork they must not be shared.

    The SDK's batch processor begins anew after a fork by itself.
    """

    def __init__(self) -> None:
        self._pid = os.getpid()
        self._exporter: SpanExporter = OTLPSpanExporter()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Sends them."""
        if self._pid != os.getpid():
            self._pid, self._exporter = os.getpid(), OTLPSpanExporter()
        return self._exporter.export(spans)

    def shutdown(self) -> None:
        """Closes the connections."""
        self._exporter.shutdown()


def new_spans(service: str) -> JobSpans:
    """The spans of this process; through the app's own provider when there is one already."""
    current = trace.get_tracer_provider()
    ids = Ids()
    if isinstance(current, trace.ProxyTracerProvider):
        current = _provider(service, ids)
        trace.set_tracer_provider(current)
    return JobSpans(current.get_tracer("longshore", version("longshore")), ids, _Flusher(current))


def _provider(service: str, ids: Ids) -> TracerProvider:
    named = {} if os.environ.get("OTEL_SERVICE_NAME") or not service else {SERVICE_NAME: service}
    provider = TracerProvider(resource=Resource.create(named), id_generator=ids)
    delay = None if os.environ.get("OTEL_BSP_SCHEDULE_DELAY") else DELAY_MS
    provider.add_span_processor(BatchSpanProcessor(PerProcess(), schedule_delay_millis=delay))
    return provider


class _Flusher:
    """The SDK's own flush has no bound."""

    def __init__(self, provider: trace.TracerProvider) -> None:
        self._flush = getattr(provider, "force_flush", None)

    def __call__(self) -> None:
        if self._flush is not None:
            thread = threading.Thread(target=self._flush, name="longshore-spans", daemon=True)
            thread.start()
            thread.join(FLUSH_SECONDS)
