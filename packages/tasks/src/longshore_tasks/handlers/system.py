"""The work about the set itself."""

from __future__ import annotations

from longshore.jobs import handles
from longshore_tasks.context import TaskContext
from longshore_tasks.jobs.system import Add, Echo


@handles(Add)
def add(job: Add, _context: TaskContext) -> int:
    """Return the sum."""
    return job.a + job.b


@handles(Echo)
def echo(job: Echo, context: TaskContext) -> str:
    """Log the text and return it."""
    context.logger.info("echo", text=job.text)
    return job.text
