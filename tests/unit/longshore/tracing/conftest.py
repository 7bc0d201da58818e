from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from longshore.tracing.holder import TRACING
from longshore.tracing.ids import Ids
from longshore.tracing.spans import JobSpans


@dataclass
class Told:
    """The spans of this process, kept in memory."""

    spans: JobSpans
    provider: TracerProvider
    exporter: InMemorySpanExporter

    def ended(self) -> list[ReadableSpan]:
        return list(self.exporter.get_finished_spans())


@pytest.fixture
def told() -> Iterator[Told]:
    ids, exporter = Ids(), InMemorySpanExporter()
    provider = TracerProvider(id_generator=ids, shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    TRACING.spans = JobSpans(provider.get_tracer("test"), ids, lambda: None)
    yield Told(TRACING.spans, provider, exporter)
    TRACING.spans = None
    provider.shutdown()
