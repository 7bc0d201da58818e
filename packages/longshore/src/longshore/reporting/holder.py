"""The reporter of this process, if it has one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


class Reporter(Protocol):
    """Takes errors and sends them away, never in the caller's time. Nothing here raises."""

    def report(self, error: BaseException, tags: Mapping[str, str]) -> None:
        """An error that somebody should look at."""

    def flush(self) -> None:
        """Sends what is there, within a bound of time."""


@dataclass(slots=True)
class Holder:
    """``None``: errors are in the logs and among the dead letters, and told to nobody else."""

    reporter: Reporter | None = None


REPORTING = Holder()


def report(error: BaseException, told: Mapping[str, Any]) -> None:
    """Tell of an error, with what is known of its job or request as tags."""
    if REPORTING.reporter is not None:
        tags = {name: str(value) for name, value in told.items() if value not in (None, "")}
        REPORTING.reporter.report(error, tags)


def flush() -> None:
    """For the end of a process that ends without Python's own."""
    if REPORTING.reporter is not None:
        REPORTING.reporter.flush()
