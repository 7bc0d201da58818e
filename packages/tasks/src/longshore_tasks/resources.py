"""What one worker process keeps open between attempts."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from functools import cached_property

import structlog
from sqlalchemy import Engine
from structlog.stdlib import BoundLogger

from longshore.jobs import Attempt
from longshore_tasks.context import TaskContext
from longshore_tasks.database import OutboxSession, create_engine
from longshore_tasks.mailer import Mailer, SmtpMailer
from longshore_tasks.settings import Settings
from longshore_tasks.storage import Storage, open_storage


class Resources:
    """Database pool, storage and mailer, each made when it is first used.

    So a worker that forks shares no connection between its children.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @cached_property
    def engine(self) -> Engine:
        """The database's connections."""
        return create_engine(self.settings.database_url)

    @cached_property
    def storage(self) -> Storage:
        """The files."""
        return open_storage(self.settings)

    @cached_property
    def mailer(self) -> Mailer:
        """The way to the mail server."""
        return SmtpMailer(self.settings)

    @contextmanager
    def context(self, attempt: Attempt) -> Generator[TaskContext]:
        """Open the context of one attempt; commit when its block ends well."""
        logger: BoundLogger = structlog.stdlib.get_logger("longshore.tasks")
        with OutboxSession(self.engine) as session:
            yield TaskContext(
                settings=self.settings,
                session=session,
                storage=self.storage,
                mailer=self.mailer,
                logger=logger.bind(**attempt.log_context()),
                attempt=attempt,
            )
            session.commit()
