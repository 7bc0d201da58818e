"""Jobs that write reports."""

from __future__ import annotations

from datetime import date

from pydantic import BaseModel, Field

from longshore.jobs import Job
from longshore_tasks.files import FileId
from longshore_tasks.queues import Queue
from longshore_tasks.retries import STANDARD


class GenerateReport(
    Job,
    task="reports.generate",
    queue=Queue.LOW,
    summary="Write the activity report of the last days as CSV and as an HTML page with a chart.",
    retry=STANDARD,
    soft_time_limit_seconds=120,
    time_limit_seconds=150,
):
    """The report covers ``days`` whole days (UTC) up to and including ``until``, or today.

    It is named by its period: the same period again replaces the same files.
    """

    days: int = Field(default=7, ge=1, le=366)
    until: date | None = None


class Report(BaseModel):
    """Where a report lies and which files to fetch it by."""

    name: str
    since: date
    until: date
    csv_file_id: FileId
    html_file_id: FileId
