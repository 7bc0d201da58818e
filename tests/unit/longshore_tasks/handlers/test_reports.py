from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from xml.etree import ElementTree

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from longshore_tasks.context import TaskContext
from longshore_tasks.database import ReportRow, SentMail, StoredFile, ThumbnailRow
from longshore_tasks.files import file_id_of
from longshore_tasks.handlers.activity import DayOfActivity
from longshore_tasks.handlers.chart import HEIGHT, WIDTH, chart
from longshore_tasks.handlers.reports import generate_report
from longshore_tasks.jobs.reports import GenerateReport

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
JOB = GenerateReport(days=2, until=DAY)


@pytest.fixture(autouse=True)
def _a_day_of_work(session: Session, keep) -> None:
    row = keep(b"12345")
    row.created_at = NOON
    session.add(
        ThumbnailRow(
            storage_key="thumbnails/a",
            file_id=row.id,
            box_width=1,
            box_height=1,
            width=1,
            height=1,
            media_type="image/png",
            size_bytes=1,
            created_at=NOON,
        )
    )
    session.add(
        SentMail(
            job_id="j",
            message_id="m",
            template="t",
            recipients=1,
            attachments=0,
            begun_at=NOON,
            sent_at=NOON,
        )
    )
    session.commit()


def content(context: TaskContext, key: str) -> str:
    with context.storage.open(key) as file:
        return file.read().decode()


def test_the_spreadsheet_has_a_line_for_every_day(context: TaskContext) -> None:
    report = generate_report(JOB, context)
    assert report.name == "activity-2026-03-01-2026-03-02"
    lines = list(csv.reader(content(context, f"reports/{report.name}.csv").splitlines()))
    assert lines == [
        ["day", "uploads", "upload_bytes", "thumbnails", "mails"],
        ["2026-03-01", "0", "0", "0", "0"],
        ["2026-03-02", "1", "5", "1", "1"],
    ]


def test_the_page_shows_a_bar_for_every_figure(context: TaskContext) -> None:
    page = content(context, f"reports/{generate_report(JOB, context).name}.html")
    drawing = page[page.index("<svg") : page.index("</svg>") + 6]
    bars = ElementTree.fromstring(drawing).findall("rect")
    assert len(bars) == 6
    assert {bar.findtext("title") for bar in bars} >= {"2026-03-02: 1 uploads"}


def test_the_files_can_be_fetched_and_attached_by_id(
    context: TaskContext, session: Session
) -> None:
    report = generate_report(JOB, context)
    row = session.get_one(StoredFile, report.csv_file_id)
    assert row.id == file_id_of(f"reports/{report.name}.csv")
    assert (row.media_type, row.name) == ("text/csv", f"{report.name}.csv")
    assert row.size_bytes == context.storage.stat(row.storage_key).size_bytes


def test_the_same_period_twice_is_one_report(context: TaskContext, session: Session) -> None:
    first = generate_report(JOB, context)
    session.commit()
    written = content(context, f"reports/{first.name}.html")
    assert generate_report(JOB, context) == first
    session.commit()
    assert content(context, f"reports/{first.name}.html") == written
    assert session.scalar(select(func.count()).select_from(ReportRow)) == 1
    assert len(list(context.storage.list("reports/"))) == 2


def test_without_an_end_the_report_ends_today(
    context: TaskContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = datetime.now(UTC).date()
    report = generate_report(GenerateReport(days=1), context)
    assert before <= report.until <= datetime.now(UTC).date()
    assert report.since == report.until


def test_bars_stay_within_the_drawing_and_the_highest_fills_it() -> None:
    days = [DayOfActivity(DAY, number, 0, 2 * number, 0) for number in range(5)]
    drawing = chart(days)
    assert drawing.top == 8
    assert max(bar.height for bar in drawing.bars) == HEIGHT
    assert all(bar.x >= 0 and bar.x + bar.width <= WIDTH for bar in drawing.bars)
    assert all(bar.y + bar.height == HEIGHT for bar in drawing.bars)


def test_a_period_in_which_nothing_happened_is_drawn_flat() -> None:
    assert {bar.height for bar in chart([DayOfActivity(DAY, 0, 0, 0, 0)]).bars} == {0}
