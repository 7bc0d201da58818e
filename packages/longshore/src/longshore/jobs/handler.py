"""The function that does the work of one task, and the job class it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from longshore.jobs.job import Job

J = TypeVar("J", bound=Job)
C = TypeVar("C")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Handler(Generic[J, C, R]):
    """A handler with the job class it was written for; calling it calls the function."""

    job: type[J]
    function: Callable[[J, C], R]

    def __call__(self, job: J, context: C) -> R:
        """Do the work of this job."""
        return self.function(job, context)


def handles(job: type[J]) -> Callable[[Callable[[J, C], R]], Handler[J, C, R]]:
    """Mark a function as the handler of a job class: ``@handles(MakeThumbnails)``."""

    def mark(function: Callable[[J, C], R]) -> Handler[J, C, R]:
        return Handler(job, function)

    return mark
