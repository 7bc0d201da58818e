"""The samples of one scrape, in the shape that prometheus_client writes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from prometheus_client.core import (
    CounterMetricFamily,
    Exemplar,
    GaugeMetricFamily,
    HistogramMetricFamily,
)

from longshore.metrics.catalog import BY_NAME
from longshore.metrics.metric import Kind
from longshore.metrics.spread import Spread

Family = CounterMetricFamily | GaugeMetricFamily | HistogramMetricFamily


class Scrape:
    """Gathers samples under the names of the catalogue."""

    def __init__(self) -> None:
        self._families: dict[str, Family] = {}

    def add(self, name: str, value: float, *labels: str) -> None:
        """One sample of a counter or a gauge; its labels in the catalogue's order."""
        family = self._family(name)
        if isinstance(family, HistogramMetricFamily):
            raise TypeError(f"{name} is a histogram")
        family.add_metric(labels, value)

    def add_spread(
        self,
        name: str,
        spread: Spread,
        block: Sequence[float],
        *labels: str,
        exemplar: Exemplar | None = None,
    ) -> None:
        """The samples of one histogram."""
        family = self._family(name)
        if not isinstance(family, HistogramMetricFamily):
            raise TypeError(f"{name} is no histogram")
        buckets = list(_with_exemplar(spread.cumulative(block), exemplar))
        family.add_metric(labels, buckets, block[0])

    def _family(self, name: str) -> Family:
        family = self._families.get(name)
        if family is None:
            metric = BY_NAME[name]
            make = {
                Kind.COUNTER: CounterMetricFamily,
                Kind.GAUGE: GaugeMetricFamily,
                Kind.HISTOGRAM: HistogramMetricFamily,
            }[metric.kind]
            family = self._families[name] = make(name, metric.help, labels=metric.labels)
        return family

    def families(self) -> Iterator[Family]:
        """What was gathered."""
        yield from self._families.values()


def _with_exemplar(
    buckets: Iterable[tuple[str, float]], exemplar: Exemplar | None
) -> Iterator[tuple[str, float] | tuple[str, float, Exemplar]]:
    for bound, count in buckets:
        if exemplar is not None and exemplar.value <= float(bound) and count > 0:
            yield bound, count, exemplar
            exemplar = None
        else:
            yield bound, count
