"""What a handler is given besides its job."""

from __future__ import annotations

from dataclasses import dataclass

from structlog.stdlib import BoundLogger

from longshore import running
from longshore.jobs import Attempt
from longshore_tasks.database import OutboxSession
from longshore_tasks.mailer import Mailer
from longshore_tasks.settings import Settings
from longshore_tasks.storage import Storage


@dataclass(frozen=True, slots=True)
class TaskContext:
    """Opened for one attempt and closed with it.

    The session connects when it is first used, is committed when the handler returns and rolled
    back when it raises; jobs that it enqueues go with it. Handlers write files first and rows
    second, so that a row never names a file that is not there.
    """

    settings: Settings
    session: OutboxSession
    storage: Storage
    mailer: Mailer
    logger: BoundLogger
    attempt: Attempt

    def progress(self, done: float, total: float | None = None, note: str = "") -> None:
        """Tell how far the job is, in its record and to whoever follows it; call it as you like."""
        running.progress(done, total, note)

    @property
    def cancelled(self) -> bool:
        """Whether a person asked for the job to stop: then raise ``longshore.errors.Cancelled``."""
        return running.cancelled()
