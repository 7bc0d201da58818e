"""Figures as bars, for the SVG in the report's page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from longshore_tasks.handlers.activity import DayOfActivity

WIDTH = 720
HEIGHT = 240
SERIES = ("uploads", "thumbnails", "mails")
# The part of a day's share of the width that its bars fill.
FILL = 0.8


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar in the coordinates of the drawing, whose origin is at the top left."""

    series: str
    day: date
    value: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Chart:
    """All bars of a drawing, and the value that reaches its top."""

    width: int
    height: int
    top: int
    series: tuple[str, ...]
    bars: tuple[Bar, ...]


def chart(days: list[DayOfActivity]) -> Chart:
    """Lay out one group of bars per day, all to one scale."""
    top = max((getattr(day, name) for day in days for name in SERIES), default=0) or 1
    bars = tuple(
        bar for position, day in enumerate(days) for bar in _group(day, position, len(days), top)
    )
    return Chart(WIDTH, HEIGHT, top, SERIES, bars)


def _group(day: DayOfActivity, position: int, days: int, top: int) -> Iterator[Bar]:
    share = WIDTH / days
    width = share * FILL / len(SERIES)
    for number, name in enumerate(SERIES):
        value: int = getattr(day, name)
        height = round(HEIGHT * value / top, 2)
        x = round(position * share + number * width, 2)
        yield Bar(name, day.day, value, x, HEIGHT - height, round(width, 2), height)
