"""``docs/performance.md``, made from the figures on disk; nobody edits it by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from bench.contenders.roll import ROLL
from bench.measures import batch, children, growth, latency, letters, naps, noop, post, search
from bench.report import costs, summaries
from bench.report.plots import draw_all
from bench.report.table import Table
from bench.report.targets import targets_table
from bench.results import Result

FINDINGS = Path(__file__).parent / "findings.md"
INTRODUCTION = """# Performance

Made by `make bench`; do not edit. Longshore, stock Celery and the peers take turns on one machine
and one Valkey. For rates of workers the jobs are there before the workers start; every handler
writes one mark of 16 bytes with a single `write()` to a file in memory (about 1 µs, the same for
all), and the rate is that of the middle 90 % of the marks. Figures are medians of the repetitions;
the range beside them is the lowest and the highest. Everybody keeps results and uses the settings
that promise most (below). A round trip is a read of the server's from a socket, so a pipeline
counts once. hiredis is installed, which every contender's client uses.

All that is here was measured on a machine with few cores that server, workers and client share:
compare the rows with one another, not with other machines.
"""
#: What a measure itself leaves behind on two cores lies below.
BUSY_LOAD = 4.0
BUSY = """**Some figures were taken while the machine did other work** (the load before each measure
is at the end). Rates and waits are worse than they would be, for everybody, and vary; the columns
of CPU and round trips hold. Run `make bench` on a quiet machine for figures to quote.
"""
TABLES: Mapping[str, tuple[Callable[[Result], Table], ...]] = {
    noop.NAME: (summaries.noop_table,),
    naps.NAME: (summaries.naps_table,),
    latency.NAME: (summaries.latency_table,),
    post.NAME: (summaries.post_table,),
    batch.NAME: (summaries.batch_table,),
    growth.NAME: (costs.growth_table, costs.memory_table),
    letters.NAME: (costs.letters_table,),
    search.NAME: (costs.search_table,),
    children.NAME: (costs.children_table,),
}
PICTURES = {naps.NAME: ("naps-1ms", "naps-10ms")}


def tables(results: Mapping[str, Result]) -> list[Table]:
    """Every table that there are figures for."""
    return [
        make(results[name]) for name, makers in TABLES.items() if name in results for make in makers
    ]


def write_page(results: Mapping[str, Result], path: Path) -> None:
    """The page and its pictures."""
    directory = path.with_suffix("")
    drawn = draw_all(results, directory)
    parts = [INTRODUCTION, *_warning(results), _section(targets_table(results))]
    for name, makers in TABLES.items():
        if name in results:
            parts += [_section(make(results[name])) for make in makers]
            parts += _pictures(name, drawn, directory.name)
    parts += [_contenders(), FINDINGS.read_text(), _origins(results)]
    path.write_text("\n".join(parts))


def _warning(results: Mapping[str, Result]) -> list[str]:
    loads = [float(result.origin["load_before"]) for result in results.values()]
    return [BUSY] if max(loads, default=0.0) > BUSY_LOAD else []


def _section(table: Table) -> str:
    return f"## {table.title}\n\n{table.markdown()}"


def _pictures(name: str, drawn: Mapping[str, str], directory: str) -> list[str]:
    wanted = PICTURES.get(name, (name,))
    return [f"![{one}]({directory}/{drawn[one]})\n" for one in wanted if one in drawn]


def _contenders() -> str:
    rows = [
        [one.label, "yes" if one.isolates else "no", one.once, one.settings]
        for one in ROLL
        if one.measures & {noop.NAME, naps.NAME}
    ]
    note = "Isolates: a crash in one job's process costs no other running job."
    columns = ["contender", "isolates", "promises", "settings"]
    lines = Table("Who took part", columns, rows, note).markdown().replace("---:", "---")
    return f"## Who took part\n\n{lines}"


def _origins(results: Mapping[str, Result]) -> str:
    lines = ["## Made by", ""]
    for name, result in results.items():
        of = result.origin
        lines.append(
            f"- {name}: `{of['command']}`, {of['taken_at']}; {of['machine']};"
            f" {of['server']}; Python {of['python']}; load before {of['load_before']};"
            f" a million additions in a Python loop took {of.get('loop_seconds', 0) * 1e3:.0f} ms"
        )
    last = next(reversed(list(results.values())), None)
    if last is not None:
        versions = ", ".join(f"{name} {number}" for name, number in last.origin["versions"].items())
        lines += ["", f"Versions: {versions}."]
    return "\n".join([*lines, ""])
