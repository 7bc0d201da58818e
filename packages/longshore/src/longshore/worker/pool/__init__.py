"""``-P longshore``: every child claims and settles for itself, the parent only supervises."""

from __future__ import annotations

from longshore.worker.pool.pool import TaskPool
from longshore.worker.pool.threads import ThreadPool

__all__ = ["TaskPool", "ThreadPool"]
