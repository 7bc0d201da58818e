"""What happens when the worker starts: its logs, then its database."""

from __future__ import annotations

import logging
import sys
from typing import Any

from celery import Celery
from celery.signals import setup_logging, worker_init
from sqlalchemy.exc import SQLAlchemyError

from longshore import logs, reporting
from longshore.errors import SettingsError
from longshore_tasks.database import migrate
from longshore_tasks.settings import Settings

# What Celery passes on when its --loglevel was not given.
CELERY_DEFAULT_LEVEL = logging.WARNING


def take_over_logging(settings: Settings) -> None:
    """Let Celery log through ``longshore.logs``, also in the processes of its pool."""

    def configure(loglevel: int | None = None, **_: Any) -> None:
        level = log_level(settings, loglevel)
        logs.configure("worker", json=settings.log_json, level=level)

    setup_logging.connect(configure, weak=False, dispatch_uid="longshore_worker.logging")


def log_level(settings: Settings, flag: int | None) -> str:
    """Return the level to log at: Celery's ``--loglevel`` when it was given, else the setting."""
    if flag is None or flag == CELERY_DEFAULT_LEVEL:
        return settings.log_level
    return logging.getLevelName(flag)


def prepare_on_start(app: Celery, settings: Settings) -> None:
    """Report errors, and bring the database up to date, before the first job of the worker."""

    def prepare(sender: Any = None, **_: Any) -> None:
        if sender is not None and sender.app is app:
            reporting.start(settings.sentry, "longshore-worker")
            migrate_or_exit(settings)

    worker_init.connect(prepare, weak=False, dispatch_uid="longshore_worker.database")


def migrate_or_exit(settings: Settings) -> None:
    """Migrate; a database that cannot be used ends the process with one line and code 2."""
    try:
        migrate(settings.database_url)
    except (SettingsError, SQLAlchemyError, OSError) as error:
        reason = str(getattr(error, "orig", None) or error).strip()
        sys.stderr.write(f"longshore: the database cannot be used: {reason}\n")
        raise SystemExit(2) from None
