"""Workers that are never idle: jobs are there before the workers start."""

from __future__ import annotations

from pathlib import Path

from bench import marks
from bench.contenders.contender import Contender
from bench.processes import Group
from bench.rates import middle_rate
from bench.run import Row, Run
from bench.server import Load, load_of

START_SECONDS = 60.0
END_SECONDS = 120.0
KEPT_SECONDS = 5.0


def turn(run: Run, contender: Contender, task: str, argument: float, count: int) -> Row:
    """One contender's turn: its rate, and what a job costs server, network and workers."""
    path = run.turn()
    run.produce(contender, path, "many", task, str(argument), str(count))
    with run.workers(contender, path) as group, run.server.client() as client:

        def wait(share: float, seconds: float) -> None:
            group.wait_until(
                lambda: marks.count(path) >= share * count, seconds, f"{contender.name} {task}"
            )

        wait(0.1, START_SECONDS)
        began = _Point(path, group, load_of(client))
        wait(0.9, END_SECONDS)
        ended = _Point(path, group, load_of(client))
        wait(1.0, END_SECONDS)
        group.wait_until(lambda: client.dbsize() >= count, KEPT_SECONDS, "results kept")
    times = [when for when, _ in marks.read(path)]
    return {"contender": contender.name, "rate": middle_rate(times), **began.until(ended)}


class _Point:
    """How far a turn is, and what it has used until here."""

    def __init__(self, path: Path, group: Group, load: Load) -> None:
        self._done, self._load, self._cpu = marks.count(path), load, group.cpu_seconds()

    def until(self, end: _Point) -> Row:
        """The costs of one job between two points; seconds are CPU seconds."""
        jobs = max(end._done - self._done, 1)
        load = end._load - self._load
        return {
            "round_trips": load.reads / jobs,
            "server_seconds": load.cpu_seconds / jobs,
            "worker_seconds": (end._cpu - self._cpu) / jobs,
        }
