"""The tables of what grows: calls beside millions of jobs, memory of jobs and of children."""

from __future__ import annotations

from bench.measures import beside, children, growth, letters, search
from bench.rates import ratio
from bench.report.summaries import median
from bench.report.table import Table, count, milliseconds, times
from bench.results import Result

MIB = 2**20


def growth_table(result: Result) -> Table:
    """Claims and settles, beside nothing and beside everything."""
    rows = []
    for together in (1, growth.TOGETHER):
        for step in ("claim", "settle"):
            for percent in ("p50", "p99"):
                empty, full = (
                    median(result, percent, step=step, together=together, arm=arm)
                    for arm in ("empty", "full")
                )
                name = f"{step} {together}, {percent}"
                rows.append([name, milliseconds(empty), milliseconds(full), growth_of(empty, full)])
    columns = ["call", "empty server", "full server", "growth"]
    held = ", ".join(f"{row['count']:,} {row['kind']}" for row in result.rows if "kind" in row)
    note = f"Interleaved calls to two servers; the full one holds {held} jobs."
    return Table(growth.TITLE, columns, rows, note)


def growth_of(empty: float, full: float) -> str:
    """How many times the empty server's figure."""
    return times(ratio(full, empty))


def letters_table(result: Result) -> Table:
    """Calls beside a few dead letters and beside very many."""
    return _beside(result, letters.TITLE, "letters")


def search_table(result: Result) -> Table:
    """Searches beside a few jobs and beside very many."""
    return _beside(result, search.TITLE, "jobs")


def _beside(result: Result, title: str, noun: str) -> Table:
    rows = []
    for step in result.names("step"):
        for percent in ("p50", "p99"):
            few, many = (
                median(result, percent, step=step, arm=arm) for arm in (beside.FEW, beside.MANY)
            )
            rows.append(
                [f"{step}, {percent}", milliseconds(few), milliseconds(many), growth_of(few, many)]
            )
    held = sorted({int(row["held"]) for row in result.rows})
    columns = ["call", *(f"{number:,} {noun}" for number in held), "growth"]
    note = f"Interleaved calls to two servers; pages of {beside.LIMIT}."
    return Table(title, columns, rows, note)


def memory_table(result: Result) -> Table:
    """Bytes of the server for one job of each kind."""
    rows = [
        [str(row["kind"]), count(row["count"]), f"{row['bytes']:,.0f} B"]
        for row in result.rows
        if "kind" in row
    ]
    note = "Message, record, place and its line in the recent history; no arguments to speak of."
    return Table("Memory of a job", ["kind", "jobs", "server memory each"], rows, note)


def children_table(result: Result) -> Table:
    """PSS of workers."""
    rows = [
        [
            f"-P {pool}",
            f"{median(result, 'one_child', pool=pool) / MIB:.0f} MiB",
            f"{median(result, 'per_child', pool=pool) / MIB:.1f} MiB",
        ]
        for pool in result.names("pool")
    ]
    columns = ["pool", "worker with one child", "each more child"]
    return Table(children.TITLE, columns, rows)
