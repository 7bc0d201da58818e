"""``-P longshore``: every child claims and settles for itself, the parent only supervises."""

from __future__ import annotations

from longshore.worker.pool.pool import TaskPool

__all__ = ["TaskPool"]
