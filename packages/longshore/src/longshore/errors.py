"""What can go wrong, drawn as one tree; the type decides what happens next.

LongshoreError
├── SettingsError        a setting is out of range: refused at start
├── BrokerError
│   ├── BrokerUnavailable    no answer within the deadline, or too few replicas: try again
│   ├── BrokerRefused        the server answered with an error (auth, memory, read-only)
│   └── NotOnThisBroker      this kind of broker cannot do it: the message says what to do
├── JobError
│   ├── UnknownJob           no record under this id
│   ├── UnknownBatch         no batch under this id
│   ├── UnknownTask          no job class or handler under this name
│   ├── UnknownDeadLetter    the job is not among the dead letters
│   ├── UnreadableMessage    a message that no worker could run
│   ├── InvalidCursor        a cursor that no page handed out
│   ├── InvalidJob           the fields do not fit the job class
│   └── IdempotencyConflict  the key was used before with other fields
├── NotAQueue            this name is that of another key, and not of a queue
├── LeaseLost            the caller no longer owns the job: its outcome was refused
├── HandlerExit          a handler raised what is no ``Exception``: ``SystemExit`` and the like
├── Transient            raise it (or a subclass) in a handler: the job is tried again
└── Permanent            raise it (or a subclass) in a handler: straight to the dead letters
    └── Cancelled        raise it in a handler that was asked to stop: the job ends as cancelled
"""

from __future__ import annotations


class LongshoreError(Exception):
    """Root of every error that Longshore raises on purpose."""


class SettingsError(LongshoreError):
    """A setting is missing or out of range; the message names it and the rule it breaks."""


class BrokerError(LongshoreError):
    """The broker could not do what was asked."""


class BrokerUnavailable(BrokerError):
    """No answer from the broker within the deadline, or too few replicas confirmed an enqueue.

    The caller cannot know whether the command took effect; sending the same job id again is safe.
    """


class BrokerRefused(BrokerError):
    """The broker answered with an error of its own; nothing was changed.

    ``code`` is the server's word for a refusal that may pass: READONLY, OOM, MISCONF, NOPERM and
    the like. It is empty for one that is about the call itself.
    """

    def __init__(self, message: str = "", code: str = "") -> None:
        super().__init__(message)
        self.code = code


class NotOnThisBroker(BrokerError):
    """What was asked for needs the engine's own queues, and another broker holds the messages."""


class JobError(LongshoreError):
    """Something is wrong with one job."""


class UnknownJob(JobError):
    """No job is recorded under this id."""

    def __init__(self, job_id: str) -> None:
        super().__init__(f"no job is recorded under the id {job_id!r}")
        self.job_id = job_id


class UnknownBatch(JobError):
    """No batch is known under this id, or it ended too long ago."""

    def __init__(self, batch_id: str) -> None:
        super().__init__(f"no batch is known under the id {batch_id!r}")
        self.batch_id = batch_id


class UnknownTask(JobError):
    """No task has this name."""

    def __init__(self, task: str) -> None:
        super().__init__(f"no task is named {task!r}")
        self.task = task


class UnknownDeadLetter(JobError):
    """The job is not among the dead letters: unknown, replayed or discarded."""

    def __init__(self, job_id: str) -> None:
        super().__init__(f"no dead letter has the id {job_id!r}")
        self.job_id = job_id


class UnreadableMessage(JobError):
    """A message that no worker could run, or whose arguments are not JSON."""


class InvalidCursor(JobError):
    """A cursor that was not handed out by a page."""


class InvalidJob(JobError):
    """The fields do not fit the job class."""


class IdempotencyConflict(JobError):
    """The idempotency key was used before, for a job with other fields."""


class ResultsUnavailable(BrokerUnavailable, ConnectionError):
    """The server of the results did not answer within the deadline."""


class NotAQueue(LongshoreError):
    """The name is that of another key of the broker; as a queue it would damage what is there."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name!r} is no queue; name one that jobs wait in")
        self.name = name


class LeaseLost(LongshoreError):
    """The caller's lease on a job has ended and another owner may hold it."""


class HandlerExit(LongshoreError):
    """A handler, or one of its hooks, raised what is no ``Exception``; its worker goes on.

    It stands for that in a result: the client that reads a result raises what it finds there, and
    must not end on a ``SystemExit`` of its job. ``kind`` is the name of the type, ``text`` what the
    original said (of a ``SystemExit`` its code).
    """

    def __init__(self, kind: str, text: str = "") -> None:
        super().__init__(kind, text)
        self.kind, self.text = kind, text

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}" if self.text else self.kind


class Transient(LongshoreError):
    """A handler's error that another attempt may cure."""


class Permanent(LongshoreError):
    """A handler's error that no further attempt will cure."""


class Cancelled(Permanent):
    """A handler has stopped because its job's cancel was asked for."""
