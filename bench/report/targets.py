"""What was aimed at, what came out, and whether it was met."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bench.measures import children, growth, naps, post
from bench.rates import ratio, spread
from bench.report.summaries import best_peer, median, rates
from bench.report.table import Table
from bench.results import Result

Results = Mapping[str, Result]


@dataclass(frozen=True, slots=True)
class Target:
    """A figure to reach: at least, or at most, ``limit`` in ``unit``."""

    measure: str
    name: str
    limit: float
    unit: str
    value: Callable[[Result], float]
    at_most: bool = False

    def met(self, value: float) -> bool:
        """Whether this is good enough."""
        return value <= self.limit if self.at_most else value >= self.limit

    def words(self, result: Result) -> list[str]:
        """Its line in the table."""
        value = self.value(result)
        sign = "≤" if self.at_most else "≥"
        verdict = "met" if self.met(value) else "**missed**"
        aim, got = (f"{_figure(one)} {self.unit}".rstrip() for one in (self.limit, value))
        return [self.name, f"{sign} {aim}", got, verdict]


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 1000 else f"{value:.3g}"


def over_best(name: str, **wanted: object) -> Callable[[Result], float]:
    """One of ours over the best peer."""

    def value(result: Result) -> float:
        found = rates(result, **wanted)
        return ratio(found[name].median, best_peer(found))

    return value


def over(name: str, other: str) -> Callable[[Result], float]:
    """One contender over another."""

    def value(result: Result) -> float:
        found = rates(result)
        return ratio(found[name].median, found[other].median)

    return value


def figure(column: str, name: str, scale: float = 1.0) -> Callable[[Result], float]:
    """A contender's own figure."""
    return lambda result: scale * median(result, column, contender=name)


def worst_growth(result: Result) -> float:
    """The largest growth of a p99."""

    def of(step: str, together: int) -> float:
        empty, full = (
            spread(result.column("p99", step=step, together=together, arm=arm)).median
            for arm in ("empty", "full")
        )
        return ratio(full, empty)

    return max(of(s, t) for s in ("claim", "settle") for t in (1, growth.TOGETHER))


def _best_nap(seconds: float) -> Callable[[Result], float]:
    def value(result: Result) -> float:
        pools = ("longshore-threads", "longshore-own-threads", "longshore-pool-16")
        return max(over_best(name, nap_seconds=seconds)(result) for name in pools)

    return value


OURS = "longshore-pool"
TARGETS = (
    Target("noop", "no-op jobs/s, best peer", 2, "×", over_best(OURS)),
    Target("noop", "no-op jobs/s, stock prefork", 6, "×", over(OURS, "celery-prefork")),
    Target(
        "noop", "drop-in, -P prefork, over stock prefork", 2, "×",
        over("longshore-prefork", "celery-prefork"),
    ),
    *(
        Target(
            "naps", f"{seconds * 1000:.0f} ms jobs, over the best peer", 1, "×",
            _best_nap(seconds),
        )
        for seconds, _ in naps.NAPS
    ),
    Target("post", "POST → 202, engine in the minimal app, best peer", 1.3, "×", over_best(OURS)),
    Target(
        "post", "POST → 202, engine in the minimal app, of null", 65, "%",
        lambda result: 100 * over(OURS, post.NULL)(result),
    ),
    Target("post", "POST → 202, the real api, best peer", 1.3, "×", over_best(post.API)),
    Target(
        "post", "POST → 202, the real api, of null", 65, "%",
        lambda result: 100 * over(post.API, post.NULL)(result),
    ),
    Target("batch", "batch enqueue", 50_000, "jobs/s", figure("rate", OURS)),
    Target("latency", "enqueue → start, p50", 0.8, "ms", figure("p50", OURS, 1e3), True),
    Target("latency", "enqueue → start, p99", 2, "ms", figure("p99", OURS, 1e3), True),
    Target("noop", "worker's round trips a job", 0.2, "", figure("round_trips", OURS), True),
    Target("post", "enqueue's round trips", 1.05, "", figure("round_trips", OURS), True),
    Target("growth", "claim and settle p99, full over empty", 1.2, "×", worst_growth, True),
    Target(
        children.NAME, "PSS of one more child", 25, "MB",
        lambda result: median(result, "per_child", pool="longshore") / 1e6, True,
    ),
)  # fmt: skip


def targets_table(results: Results) -> Table:
    """The targets whose measures have been taken."""
    rows = [one.words(results[one.measure]) for one in TARGETS if one.measure in results]
    columns = ["what", "target", "measured", "verdict"]
    return Table("Targets", columns, rows)
