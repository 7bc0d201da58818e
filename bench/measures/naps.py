"""Jobs that wait for 1 ms and for 10 ms, sixteen at once in one process (or in sixteen)."""

from __future__ import annotations

from bench.contenders.roll import taking_part
from bench.measures.busy import turn
from bench.run import Row, Run

NAME = "naps"
TITLE = "Jobs of 1 ms and 10 ms, sixteen at once"
#: seconds of a job, and the rate at which no contender will run out of jobs for a while
NAPS = ((0.001, 1.0), (0.010, 0.4))


def measure(run: Run) -> list[Row]:
    """Interleaved, the short and the long ones."""
    rows = []
    for repetition in range(run.size.repetitions):
        for seconds, share in NAPS:
            for contender in taking_part(NAME, run.only):
                count = run.size.count(int(contender.jobs * share))
                row = {"nap_seconds": seconds, **turn(run, contender, "nap", seconds, count)}
                run.say(
                    f"{NAME} {repetition + 1} {seconds * 1000:.0f} ms {contender.name}:"
                    f" {row['rate']:,.0f} jobs/s"
                )
                rows.append(row)
    return rows
