"""Figures as CSV (RFC 4180)."""

from __future__ import annotations

import csv
from dataclasses import astuple, fields
from io import StringIO

from longshore_tasks.handlers.activity import DayOfActivity


def to_csv(days: list[DayOfActivity]) -> str:
    """Return a header and one line per day. Numbers and dates only: no cell can hold a formula."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(column.name for column in fields(DayOfActivity))
    writer.writerows(astuple(day) for day in days)
    return text.getvalue()
