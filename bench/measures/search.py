"""Does a search of the jobs cost more when there are a million?

Two servers, one with a thousand jobs and one with a million, are called turn by turn. The number is
what is claimed, so it is not cut to a share of the whole run.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from bench.measures.beside import LIMIT, Side, Step, cursor_at, measure_beside
from bench.measures.growth import QUEUE, TASK
from bench.run import Row, Run
from longshore.records import JobState
from longshore.store import Store, jobs
from longshore.testing.server import ValkeyServer

NAME = "search"
TITLE = "What a search costs beside a million jobs"
FEW, MANY = 1_000, 1_000_000


def measure(run: Run) -> list[Row]:
    """Pages of the recent history, with and without filters."""
    return measure_beside(run, NAME, Archive, FEW, MANY)


class Archive(Side):
    """A server with so many jobs, which all wait."""

    def __init__(self, name: str, server: ValkeyServer, count: int) -> None:
        super().__init__(name, server, count)
        self.waiting(count)
        self.middle = cursor_at(FEW // 2, partial(_next_page, self.store))

    @property
    def steps(self) -> Mapping[str, Step]:
        """The calls that are compared, in their order."""
        return {
            "newest page": lambda: self.store.run(jobs.search(limit=LIMIT)),
            "by state, task and queue": lambda: self.store.run(
                jobs.search(JobState.QUEUED, TASK, QUEUE, limit=LIMIT)
            ),
            "further down": lambda: self.store.run(jobs.search(cursor=self.middle, limit=LIMIT)),
            "what nothing fits": lambda: self.store.run(jobs.search(task="nobody", limit=LIMIT)),
        }


def _next_page(store: Store, cursor: str | None, limit: int) -> str | None:
    return store.run(jobs.search(cursor=cursor, limit=limit)).cursor
