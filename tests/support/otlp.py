"""A collector: takes spans over OTLP/HTTP, as any process sends them, and shows them."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from support.until import until


@dataclass(frozen=True)
class Span:
    """One span, ids in hexadecimal digits; times in seconds since the epoch."""

    name: str
    trace_id: str
    span_id: str
    parent_id: str
    service: str
    kind: int
    began: float
    ended: float
    failed: bool
    attributes: dict[str, Any]
    links: tuple[tuple[str, str], ...]

    @property
    def step(self) -> str:
        """The word before the task's name."""
        return self.name.split(" ")[0]

    @property
    def job_id(self) -> str:
        """Of the job that it tells of."""
        return str(self.attributes.get("messaging.message.id", ""))

    @property
    def outcome(self) -> str:
        """How the attempt ended."""
        return str(self.attributes.get("longshore.outcome", ""))


@dataclass
class Collector:
    """What has come so far."""

    endpoint: str
    _spans: list[Span] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def environment(self) -> dict[str, str]:
        """What a process is told to send its spans here."""
        return {"OTEL_EXPORTER_OTLP_ENDPOINT": self.endpoint}

    def take(self, body: bytes) -> None:
        """A request has come."""
        request = ExportTraceServiceRequest.FromString(body)
        with self._lock:
            self._spans.extend(_read(request))

    def spans(self, *steps: str, job_id: str | None = None) -> list[Span]:
        """Those of these steps, of one job or all, in the order in which they began."""
        with self._lock:
            found = sorted(self._spans, key=lambda one: one.began)
        return [
            one
            for one in found
            if (not steps or one.step in steps) and (job_id is None or one.job_id == job_id)
        ]

    def wait(
        self, *steps: str, count: int = 1, job_id: str | None = None, seconds: float = 60.0
    ) -> list[Span]:
        """The same, once there are so many; more are a failure as well."""
        until(lambda: len(self.spans(*steps, job_id=job_id)) >= count, seconds)
        found = self.spans(*steps, job_id=job_id)
        assert len(found) == count, found
        return found


def _read(request: Any) -> Generator[Span]:
    for group in request.resource_spans:
        service = _attributes(group.resource.attributes).get("service.name", "")
        for scope in group.scope_spans:
            for span in scope.spans:
                yield _span(span, service)


def _span(span: Any, service: str) -> Span:
    return Span(
        name=span.name,
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        service=service,
        kind=span.kind,
        began=span.start_time_unix_nano / 1e9,
        ended=span.end_time_unix_nano / 1e9,
        failed=span.status.code == span.status.STATUS_CODE_ERROR,
        attributes=_attributes(span.attributes),
        links=tuple((link.trace_id.hex(), link.span_id.hex()) for link in span.links),
    )


def _attributes(pairs: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in pairs}


@contextmanager
def collector() -> Generator[Collector]:
    """A collector on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            taken.take(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Not on the test's output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    taken = Collector(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield taken
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
