"""The list of a service set's job classes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from longshore.errors import SettingsError, UnknownTask
from longshore.jobs.job import Job


class Roll:
    """The job classes by task name, in the order they were given.

    Raises SettingsError when a class has no task, or two have the same one.
    """

    def __init__(self, jobs: Iterable[type[Job]]) -> None:
        self._jobs: dict[str, type[Job]] = {}
        for job in jobs:
            self._add(job)

    def __getitem__(self, task: str) -> type[Job]:
        """Return the job class of this task; raises UnknownTask."""
        try:
            return self._jobs[task]
        except KeyError:
            raise UnknownTask(task) from None

    def get(self, task: str) -> type[Job] | None:
        """Return the job class of this task, if there is one."""
        return self._jobs.get(task)

    def __contains__(self, task: object) -> bool:
        return task in self._jobs

    def __iter__(self) -> Iterator[type[Job]]:
        return iter(self._jobs.values())

    def __len__(self) -> int:
        return len(self._jobs)

    def _add(self, job: type[Job]) -> None:
        if not hasattr(job, "spec"):
            message = f"{job.__name__} has no task: write class {job.__name__}(Job, task=...)"
            raise SettingsError(message)
        if job.spec.task in self._jobs:
            message = f"two job classes have the task {job.spec.task!r}: rename one"
            raise SettingsError(message)
        self._jobs[job.spec.task] = job
