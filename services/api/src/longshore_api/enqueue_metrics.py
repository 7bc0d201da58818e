"""How enqueuing goes, in the api's registry."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from longshore.errors import BrokerRefused, BrokerUnavailable
from longshore.metrics.catalog import BATCH_BUCKETS, BY_NAME
from longshore.metrics.scripts import ScriptTimes
from longshore.store.breaker import Breaker


class EnqueueMetrics:
    """Sizes of the batches, failures by reason, whether the breaker is open, times of scripts."""

    def __init__(self, registry: CollectorRegistry) -> None:
        failures = BY_NAME["longshore_enqueue_failures_total"]
        sizes = BY_NAME["longshore_enqueue_batch_size"]
        breaker = BY_NAME["longshore_enqueue_breaker_open"]
        self._failures = Counter(failures.name, failures.help, failures.labels, registry=registry)
        self._sizes = Histogram(sizes.name, sizes.help, buckets=BATCH_BUCKETS, registry=registry)
        self._breaker = Gauge(breaker.name, breaker.help, registry=registry)
        ScriptTimes().register(registry)

    def watch(self, breaker: Breaker) -> None:
        """Tells of this breaker from now on."""
        self._breaker.set_function(lambda: float(breaker.is_open))

    def sent(self, jobs: int) -> None:
        """So many jobs went out in one call."""
        self._sizes.observe(jobs)

    def failed(self, error: Exception, jobs: int) -> None:
        """So many were not accepted."""
        self._failures.labels(reason_of(error)).inc(jobs)


def reason_of(error: Exception) -> str:
    """The label of a failure."""
    if isinstance(error, BrokerUnavailable):
        return "unavailable"
    return "refused" if isinstance(error, BrokerRefused) else "other"
