"""How long script calls of this process take."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Histogram

from longshore.metrics.catalog import BY_NAME, SCRIPT_BUCKETS
from longshore.store.timing import TIMER


class ScriptTimes:
    """Counts every call of every store in this process, once it is registered."""

    def register(self, registry: CollectorRegistry) -> None:
        """Counts from now on, in this registry."""
        metric = BY_NAME["longshore_script_duration_seconds"]
        self._seconds = Histogram(
            metric.name, metric.help, metric.labels, buckets=SCRIPT_BUCKETS, registry=registry
        )
        self._series: dict[str, Histogram] = {}
        TIMER.observe = self.observe

    def observe(self, script: str, seconds: float) -> None:
        """A call was answered."""
        series = self._series.get(script)
        if series is None:
            series = self._series[script] = self._seconds.labels(script)
        series.observe(seconds)
