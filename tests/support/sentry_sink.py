"""What Sentry's servers are to its SDK: a place that takes envelopes.

Format: https://develop.sentry.dev/sdk/data-model/envelopes/
"""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from support.until import until


@dataclass
class SentrySink:
    """The events that have come."""

    dsn: str
    events: list[dict[str, Any]] = field(default_factory=list)

    def wait(self, count: int = 1, seconds: float = 60.0) -> list[dict[str, Any]]:
        """The events, once there are so many; more are a failure as well."""
        until(lambda: len(self.events) >= count, seconds)
        assert len(self.events) == count, self.events
        return self.events

    def take(self, envelope: bytes) -> None:
        """A request has come: a header, then pairs of an item's header and its payload."""
        _, *rest = envelope.split(b"\n")
        for header, payload in zip(rest[::2], rest[1::2], strict=False):
            if header and json.loads(header).get("type") == "event":
                self.events.append(json.loads(payload))


@contextmanager
def sentry_sink() -> Generator[SentrySink]:
    """A sink on a free port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                body = gzip.decompress(body)
            sink.take(body)
            answer = b"{}"
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            """Not on the test's output."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sink = SentrySink(f"http://key@127.0.0.1:{server.server_port}/7")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield sink
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
