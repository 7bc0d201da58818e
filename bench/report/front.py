"""The table that README.md shows between two marks: ours, stock Celery and the best peer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.contenders.bare import CONTENDERS as FLOOR
from bench.measures import batch, latency, naps, noop, post
from bench.rates import spread
from bench.report.summaries import LABELS, OURS
from bench.report.table import Table, count, milliseconds
from bench.results import Result

BEGIN, END = "<!-- figures: written by make bench -->\n", "<!-- /figures -->\n"
COLUMNS = ("measure", "Longshore", "stock Celery", "best peer", "shown by")


@dataclass(frozen=True, slots=True)
class Line:
    """One figure of everybody; ``ours`` and ``stock`` are names of contenders."""

    measure: str
    what: str
    ours: str
    stock: str
    column: str = "rate"
    shown: Callable[[float], str] = count
    #: whose figure is the smaller is the better
    least: bool = False
    wanted: tuple[tuple[str, float], ...] = ()

    def words(self, result: Result) -> list[str]:
        """Its row in the table."""
        found = self._medians(result)
        peers = {
            name: value
            for name, value in found.items()
            if name not in OURS | {self.stock, post.NULL, *(one.name for one in FLOOR)}
        }
        best = (min if self.least else max)(peers, key=lambda name: peers[name])
        library = LABELS.get(best, best).partition(",")[0]
        figures = (self.shown(found[self.ours]), self.shown(found[self.stock]))
        command = f'`make bench ARGS="--measures {self.measure}"`'
        return [self.what, *figures, f"{self.shown(peers[best])} ({library})", command]

    def _medians(self, result: Result) -> dict[str, float]:
        wanted = dict(self.wanted)
        return {
            name: spread(values).median
            for name in result.names()
            if (values := result.column(self.column, contender=name, **wanted))
        }


LINES = (
    Line(noop.NAME, "no-op jobs/s, two processes", "longshore-pool", "celery-prefork"),
    Line(
        naps.NAME, "10 ms jobs/s, sixteen at once", "longshore-own-threads", "celery-threads",
        wanted=(("nap_seconds", 0.01),),
    ),
    Line(
        latency.NAME, "enqueue to start, p50", "longshore-pool", "celery-prefork", "p50",
        milliseconds, least=True,
    ),
    Line(post.NAME, "POST to 202 with FastAPI, requests/s", "longshore-pool", "celery-prefork"),
    Line(batch.NAME, "enqueue by one process, jobs/s", "longshore-pool", "celery-prefork"),
)  # fmt: skip


def front_table(results: Mapping[str, Result]) -> Table:
    """The figures of the measures that have been taken."""
    rows = [line.words(results[line.measure]) for line in LINES if line.measure in results]
    return Table("Beside stock Celery and the best peer", COLUMNS, rows)


def write_front(results: Mapping[str, Result], page: Path) -> None:
    """Puts the table between the marks of a page; what is around them stays.

    Raises:
        ValueError: the page has no such marks.
    """
    before, begun, rest = page.read_text().partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not (begun and ended):
        raise ValueError(f"{page} has no line {BEGIN.strip()}, or none that ends it")
    page.write_text(f"{before}{begun}\n{front_table(results).markdown()}\n{ended}{after}")
