"""The api's own measurements, in a registry of its own: two apps in one process share nothing."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import choose_encoder
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from longshore_api.enqueue_metrics import EnqueueMetrics

# Seconds; an enqueue takes 1 ms, a broker that hangs 2 s, an upload what it takes.
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class HttpMetrics:
    """Requests by method, route template and status; durations by method and template."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        self._requests = Counter(
            "longshore_http_requests",
            "Requests that were answered",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "longshore_http_request_duration_seconds",
            "Time from a request's first byte to its answer's last",
            ("method", "route"),
            buckets=BUCKETS,
            registry=self.registry,
        )
        self.enqueue = EnqueueMetrics(self.registry)
        self._series: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._running = Gauge(
            "longshore_http_requests_in_progress",
            "Requests that are being answered",
            registry=self.registry,
        )

    def begun(self) -> None:
        """A request came in."""
        self._running.inc()

    def ended(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request was answered."""
        self._running.dec()
        count, durations = self._series_of(method, route, status)
        count.inc()
        durations.observe(seconds)

    def _series_of(self, method: str, route: str, status: int) -> tuple[Counter, Histogram]:
        # Finding a series by its labels takes longer than counting in it.
        found = self._series.get((method, route, status))
        if found is None:
            count = self._requests.labels(method, route, str(status))
            found = self._series[method, route, status] = (
                count,
                self._seconds.labels(method, route),
            )
        return found

    def exposition(self, accept: str) -> tuple[bytes, str]:
        """Return the page and its media type, as the scraper's Accept header asks for it."""
        encode, media_type = choose_encoder(accept)
        return encode(self.registry), media_type
