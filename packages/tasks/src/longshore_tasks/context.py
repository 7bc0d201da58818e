"""What a handler is given besides its job."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session
from structlog.stdlib import BoundLogger

from longshore.jobs import Attempt
from longshore_tasks.mailer import Mailer
from longshore_tasks.settings import Settings
from longshore_tasks.storage import Storage


@dataclass(frozen=True, slots=True)
class TaskContext:
    """Opened for one attempt and closed with it.

    The session connects when it is first used, is committed when the handler returns and rolled
    back when it raises. Handlers write files first and rows second, so that a row never names a
    file that is not there.
    """

    settings: Settings
    session: Session
    storage: Storage
    mailer: Mailer
    logger: BoundLogger
    attempt: Attempt
