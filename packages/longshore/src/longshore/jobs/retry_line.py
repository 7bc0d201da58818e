"""A retry is told in one log line, by the jobs room; Celery's own says less."""

from __future__ import annotations

import logging

from celery.app.trace import LOG_RETRY

TRACE = "celery.app.trace"


class _RetryLine(logging.Filter):
    """Drops Celery's line about a retry of one of these tasks."""

    def __init__(self) -> None:
        super().__init__()
        self.tasks: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        if record.msg != LOG_RETRY or not isinstance(record.args, dict):
            return True
        return record.args.get("name") not in self.tasks


_filter = _RetryLine()


def silence_stock_retry_line(task: str) -> None:
    """Drop Celery's own line when this task is retried."""
    _filter.tasks.add(task)
    logging.getLogger(TRACE).addFilter(_filter)
