"""One metric, as data."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The types of the exposition format that are used here."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


class Service(StrEnum):
    """Whose ``/metrics`` has it."""

    WORKER = "worker"
    SCHEDULER = "scheduler"
    LEADER = "leading scheduler"
    API = "api"


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric: its name as it is queried, without a histogram's suffixes.

    ``unit`` is that of the values (``""``: a plain number). ``served_by`` names every service
    whose page has it; the leading scheduler alone has what is true of the whole set, so that a sum
    over targets counts it once.
    """

    name: str
    kind: Kind
    labels: tuple[str, ...]
    unit: str
    help: str
    served_by: tuple[Service, ...]


def counter(
    name: str, labels: tuple[str, ...], served_by: tuple[Service, ...], text: str, *, unit: str = ""
) -> Metric:
    """What only grows."""
    return Metric(name, Kind.COUNTER, labels, unit, text, served_by)


def gauge(
    name: str, labels: tuple[str, ...], served_by: tuple[Service, ...], text: str, *, unit: str = ""
) -> Metric:
    """What is so at this instant."""
    return Metric(name, Kind.GAUGE, labels, unit, text, served_by)


def histogram(
    name: str, labels: tuple[str, ...], served_by: tuple[Service, ...], text: str, *, unit: str = ""
) -> Metric:
    """How values are spread over buckets."""
    return Metric(name, Kind.HISTOGRAM, labels, unit, text, served_by)
