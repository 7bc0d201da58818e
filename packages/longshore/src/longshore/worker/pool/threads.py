"""``-P longshore-threads``: one child that runs several handlers at once."""

from __future__ import annotations

from dataclasses import replace

from longshore.worker.pool.board import Board
from longshore.worker.pool.plan import Plan
from longshore.worker.pool.pool import TaskPool
from longshore.worker.pool.supervisor import Supervisor


class ThreadPool(TaskPool):
    """The number of handlers at once is fixed: the child's threads begin with it."""

    def _new_supervisor(self) -> Supervisor:
        return Supervisor(
            1,
            self._store,
            self._plan,
            self._time_limit,
            self._cut_short,
            self._revoked,
            threads=self.num_processes,
            tasks=self.app.tasks,
        )

    def _plan(self, board: Board, slot: int) -> Plan:
        return replace(super()._plan(board, slot), threads=self.limit)

    def grow(self, n: int = 1) -> None:
        """Refused."""
        raise NotImplementedError(f"-P longshore-threads has {self.limit} threads and keeps them")

    def shrink(self, n: int = 1) -> None:
        """Refused."""
        self.grow(-n)

    @property
    def num_processes(self) -> int:
        """How many handlers run at once, which is what Celery means by it."""
        return int(self.limit or 1)
