"""The jobs room tells each step of a job in one structured line; Celery's own say less.

Celery's line stays for an error that nobody foresaw, because it has the traceback.
"""

from __future__ import annotations

import logging

from celery.app.trace import LOG_FAILURE, LOG_IGNORED, LOG_RECEIVED, LOG_RETRY, LOG_SUCCESS

LOGGERS = ("celery.app.trace", "celery.worker.strategy")
# Celery strips some of them before it logs.
TOLD_BETTER = {
    line.strip() for line in (LOG_RECEIVED, LOG_SUCCESS, LOG_RETRY, LOG_FAILURE, LOG_IGNORED)
}


class _StockLines(logging.Filter):
    """Drops Celery's lines about these tasks, but errors."""

    def __init__(self) -> None:
        super().__init__()
        self.tasks: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno >= logging.ERROR or not isinstance(record.args, dict):
            return True
        return record.args.get("name") not in self.tasks or record.msg.strip() not in TOLD_BETTER


_filter = _StockLines()


def silence_stock_lines(task: str) -> None:
    """Drop Celery's own lines about this task's jobs."""
    _filter.tasks.add(task)
    for name in LOGGERS:
        logging.getLogger(name).addFilter(_filter)
