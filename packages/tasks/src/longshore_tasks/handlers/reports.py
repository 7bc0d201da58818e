"""The work of writing reports."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from longshore.jobs import handles
from longshore_tasks.context import TaskContext
from longshore_tasks.database import ReportRow
from longshore_tasks.files import report_key
from longshore_tasks.handlers.activity import DayOfActivity, activity
from longshore_tasks.handlers.chart import chart
from longshore_tasks.handlers.spreadsheet import to_csv
from longshore_tasks.handlers.templating import render
from longshore_tasks.jobs.reports import GenerateReport, Report
from longshore_tasks.stored import keep_file


@handles(GenerateReport)
def generate_report(job: GenerateReport, context: TaskContext) -> Report:
    """Write both files and remember the report; the same period again replaces it."""
    until = job.until or datetime.now(UTC).date()
    since = until - timedelta(days=job.days - 1)
    name = f"activity-{since}-{until}"
    days = activity(context.session, since, until)
    report = Report(
        name=name,
        since=since,
        until=until,
        csv_file_id=_keep(name, "csv", "text/csv", to_csv(days), context),
        html_file_id=_keep(name, "html", "text/html", _page(name, days), context),
    )
    context.session.merge(ReportRow(**report.model_dump()))
    return report


def _keep(name: str, extension: str, media_type: str, text: str, context: TaskContext) -> str:
    key = report_key(name, extension)
    row = keep_file(
        context.session, context.storage, key=key, media_type=media_type, content=text.encode()
    )
    return row.id


def _page(name: str, days: list[DayOfActivity]) -> str:
    return render("report/activity.html", {"name": name, "days": days, "chart": chart(days)})
