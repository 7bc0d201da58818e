"""What can go wrong, drawn as one tree; the type decides what happens next.

LongshoreError
├── SettingsError        a setting is out of range: refused at start
├── BrokerError
│   ├── BrokerUnavailable    the server did not answer within the deadline: try again later
│   └── BrokerRefused        the server answered with an error (auth, memory, read-only)
├── JobError
│   ├── UnknownJob           no record under this id
│   ├── UnknownTask          no job class or handler under this name
│   ├── InvalidJob           the fields do not fit the job class
│   └── IdempotencyConflict  the key was used before with other fields
├── LeaseLost            the caller no longer owns the job: its outcome was refused
├── Transient            raise it (or a subclass) in a handler: the job is tried again
└── Permanent            raise it (or a subclass) in a handler: straight to the dead letters
"""

from __future__ import annotations


class LongshoreError(Exception):
    """Root of every error that Longshore raises on purpose."""


class SettingsError(LongshoreError):
    """A setting is missing or out of range; the message names it and the rule it breaks."""


class BrokerError(LongshoreError):
    """The broker could not do what was asked."""


class BrokerUnavailable(BrokerError):
    """No answer from the broker within the deadline.

    The caller cannot know whether the command took effect; sending the same job id again is safe.
    """


class BrokerRefused(BrokerError):
    """The broker answered with an error of its own; nothing was changed."""


class JobError(LongshoreError):
    """Something is wrong with one job."""


class UnknownJob(JobError):
    """No job is recorded under this id."""

    def __init__(self, job_id: str) -> None:
        super().__init__(f"no job is recorded under the id {job_id!r}")
        self.job_id = job_id


class UnknownTask(JobError):
    """No task has this name."""

    def __init__(self, task: str) -> None:
        super().__init__(f"no task is named {task!r}")
        self.task = task


class InvalidJob(JobError):
    """The fields do not fit the job class."""


class IdempotencyConflict(JobError):
    """The idempotency key was used before, for a job with other fields."""


class LeaseLost(LongshoreError):
    """The caller's lease on a job has ended and another owner may hold it."""


class Transient(LongshoreError):
    """A handler's error that another attempt may cure."""


class Permanent(LongshoreError):
    """A handler's error that no further attempt will cure."""
