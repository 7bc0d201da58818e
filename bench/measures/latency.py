"""From the call that enqueues to the handler's first line, at 50 jobs a second."""

from __future__ import annotations

from bench import marks
from bench.contenders.contender import Contender
from bench.contenders.roll import taking_part
from bench.rates import percentile
from bench.run import Row, Run

NAME = "latency"
TITLE = "Enqueue to start at 50 jobs a second"
RATE = 50
SECONDS = 8.0
WARM = 20


def measure(run: Run) -> list[Row]:
    """Interleaved; each turn's own percentiles."""
    rows = []
    for repetition in range(run.size.repetitions):
        for contender in taking_part(NAME, run.only):
            row = _turn(run, contender)
            run.say(
                f"{NAME} {repetition + 1} {contender.name}: p50 {row['p50'] * 1000:.2f} ms,"
                f" p99 {row['p99'] * 1000:.2f} ms"
            )
            rows.append(row)
    return rows


def _turn(run: Run, contender: Contender) -> Row:
    path = run.turn()
    seconds = max(SECONDS * run.size.share, 1.0)
    run.produce(contender, path, "many", "stamp", "0", str(WARM))
    with run.workers(contender, path) as group:
        group.wait_until(lambda: marks.count(path) >= WARM, 60, f"{contender.name} warm")
        run.produce(contender, path, "pace", str(RATE), str(seconds))
        wanted = WARM + int(RATE * seconds)
        group.wait_until(lambda: marks.count(path) >= wanted, 30, f"{contender.name} paced")
    waits = [(when - sent) / 1e9 for when, sent in marks.read(path) if sent]
    return {
        "contender": contender.name,
        **{f"p{percent}": percentile(waits, percent) for percent in (50, 95, 99)},
    }
