"""A dashboard as a value, apart from the JSON that Grafana reads."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

#: Chosen at the top of every dashboard; all of them matches series without a namespace, too.
NAMESPACE = 'namespace=~"$namespace"'


class Kind(StrEnum):
    """How a panel draws what it asks."""

    LINES = "lines"
    FIGURES = "figures"
    HEAT = "heat map"


@dataclass(frozen=True, slots=True)
class Query:
    """One question to Prometheus; ``legend`` names the labels of its answer as ``{{label}}``."""

    expression: str
    legend: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """A titled picture of some queries. ``unit`` is Grafana's: s, bytes, reqps, percentunit, ..."""

    title: str
    queries: tuple[Query, ...]
    unit: str = "short"
    kind: Kind = Kind.LINES
    about: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A variable: which values of a label are looked at."""

    label: str
    metric: str
    name: str


@dataclass(frozen=True, slots=True)
class Row:
    """Panels under one heading."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """A dashboard; ``name`` is that of its file and a part of its address."""

    name: str
    title: str
    about: str
    rows: tuple[Row, ...]
    choices: tuple[Choice, ...] = ()


def lines(title: str, unit: str, *queries: tuple[str, str], about: str = "") -> Panel:
    """Lines over time."""
    return Panel(title, tuple(Query(*one) for one in queries), unit, Kind.LINES, about)


def figures(title: str, unit: str, *queries: tuple[str, str], about: str = "") -> Panel:
    """The last value of each series, large."""
    return Panel(title, tuple(Query(*one) for one in queries), unit, Kind.FIGURES, about)


def heat(title: str, histogram: str, chosen: str, *, unit: str = "s", about: str = "") -> Panel:
    """How a histogram spreads over time."""
    counts = f"sum by (le) (rate({histogram}_bucket{{{chosen}}}[$__rate_interval]))"
    return Panel(title, (Query(counts, "{{le}}"),), unit, Kind.HEAT, about)


def quantile(share: float, histogram: str, chosen: str, by: str = "") -> str:
    """A quantile of a histogram, by labels."""
    labels = f"le, {by}" if by else "le"
    spread = f"sum by ({labels}) (rate({histogram}_bucket{{{chosen}}}[$__rate_interval]))"
    return f"histogram_quantile({share:g}, {spread})"


def mean(histogram: str, chosen: str, by: str = "") -> str:
    """The mean of what a histogram has seen, by labels."""
    return f"{rate(f'{histogram}_sum', chosen, by)} / {rate(f'{histogram}_count', chosen, by)}"


def quantiles(title: str, histogram: str, chosen: str, by: str = "") -> Panel:
    """The median, the 95th and the 99th of a histogram of seconds, by labels."""
    legend = f" {{{{{by}}}}}" if by else ""
    asked = (
        (quantile(share / 100, histogram, chosen, by), f"p{share}{legend}")
        for share in (50, 95, 99)
    )
    return lines(title, "s", *asked)


def rate(counter: str, chosen: str, by: str = "") -> str:
    """How much a counter grows in a second, summed by labels."""
    summed = f"sum by ({by})" if by else "sum"
    return f"{summed} (rate({counter}{{{chosen}}}[$__rate_interval]))"
