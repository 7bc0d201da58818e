"""No-op jobs a second: two processes, whatever they hold."""

from __future__ import annotations

from bench.contenders.roll import taking_part
from bench.measures.busy import turn
from bench.run import Row, Run

NAME = "noop"
TITLE = "No-op jobs a second, two worker processes"


def measure(run: Run) -> list[Row]:
    """Interleaved: every contender once, then every contender again."""
    rows = []
    for repetition in range(run.size.repetitions):
        for contender in taking_part(NAME, run.only):
            row = turn(run, contender, "noop", 0, run.size.count(contender.jobs))
            run.say(f"{NAME} {repetition + 1} {contender.name}: {row['rate']:,.0f} jobs/s")
            rows.append(row)
    return rows
