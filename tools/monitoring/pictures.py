"""A picture of a dashboard, drawn from what its own queries answer."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.monitoring.board import Board, Kind, Panel
from tools.monitoring.grafana import HEIGHTS, WIDTHS

COLUMNS, TITLE_HEIGHT = 24, 1.5
#: Inches of a column and of a unit of height.
INCHES = (0.62, 0.38)
MOST_NAMED = 8
LABEL = re.compile(r"\{\{(\w+)\}\}")
SCALES = {
    "s": ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs")),
    "bytes": ((2.0**30, "GiB"), (2.0**20, "MiB"), (2.0**10, "KiB"), (1.0, "B")),
    "percentunit": ((0.01, "%"),),
}


@dataclass(frozen=True, slots=True)
class Series:
    """One line: seconds since the epoch and values."""

    labels: Mapping[str, str]
    times: Sequence[float]
    values: Sequence[float]


#: From a query to what it answers over the time that is looked at.
Answers = Callable[[str], list[Series]]


def draw(board: Board, answers: Answers, path: Path) -> None:
    """Writes one picture; panels are where Grafana puts them."""
    from matplotlib.figure import Figure  # noqa: PLC0415  heavy, and only where it is installed

    places = list(_places(board))
    height = max(top + tall for _, _, top, _, tall in places)
    figure = Figure(figsize=(COLUMNS * INCHES[0], height * INCHES[1]), dpi=72)
    figure.suptitle(f"Longshore / {board.title}", x=0.01, y=1 - 0.2 / height, ha="left", va="top")
    for shown, left, top, wide, tall in places:
        if isinstance(shown, str):
            figure.text(left / COLUMNS + 0.01, 1 - (top + 1.3) / height, shown, weight="bold")
            continue
        room = (
            (left + 1.2) / COLUMNS,
            1 - (top + tall - 1.1) / height,
            (wide - 1.6) / COLUMNS,
            (tall - 2.2) / height,
        )
        axes = figure.add_axes(room)
        axes.set_title(shown.title, fontsize=9, loc="left")
        DRAWN[shown.kind](axes, shown, answers)
    figure.savefig(path, metadata={"Software": None})


def _places(board: Board) -> Iterator[tuple[str | Panel, float, float, float, float]]:
    """Yields what is shown with its left, top, width and height."""
    top = 1.0
    for row in board.rows:
        yield row.title, 0, top, COLUMNS, TITLE_HEIGHT
        top, left, tall = top + TITLE_HEIGHT, 0, 0
        for panel in row.panels:
            if left + WIDTHS[panel.kind] > COLUMNS:
                top, left, tall = top + tall, 0, 0
            yield panel, left, top, WIDTHS[panel.kind], HEIGHTS[panel.kind]
            left, tall = left + WIDTHS[panel.kind], max(tall, HEIGHTS[panel.kind])
        top += tall


def _named(panel: Panel, answers: Answers) -> list[tuple[str, Series]]:
    return [
        (LABEL.sub(lambda found, one=one: one.labels.get(found[1], ""), query.legend), one)
        for query in panel.queries
        for one in answers(query.expression)
    ]


def _lines(axes: Any, panel: Panel, answers: Answers) -> None:
    found = _named(panel, answers)
    factor, word = scale(panel.unit, [value for _, one in found for value in one.values])
    began = min((one.times[0] for _, one in found), default=0.0)
    for number, (name, one) in enumerate(found):
        label = name if number < MOST_NAMED else None
        axes.plot(
            [moment - began for moment in one.times],
            [value / factor for value in one.values],
            linewidth=1,
            label=label,
        )
    # Room for the legend above the highest line.
    axes.set_ylim(0, axes.get_ylim()[1] * 1.25)
    axes.tick_params(labelsize=7)
    axes.set_ylabel(word, fontsize=7)
    axes.spines[["top", "right"]].set_visible(False)
    if found:
        axes.legend(fontsize=6, loc="upper left", frameon=False, ncols=2)


def _figures(axes: Any, panel: Panel, answers: Answers) -> None:
    axes.axis("off")
    found = _named(panel, answers)
    share = 1 / max(len(found), 1)
    for number, (name, one) in enumerate(found):
        middle = (number + 0.5) * share
        axes.text(middle, 0.5, told(panel.unit, one.values[-1]), fontsize=14, ha="center")
        axes.text(middle, 0.1, name, fontsize=7, ha="center")


def _heat(axes: Any, panel: Panel, answers: Answers) -> None:
    (query,) = panel.queries
    steps = sorted(answers(query.expression), key=lambda one: float(one.labels["le"]))
    if not steps:
        return
    moments = sorted({moment for one in steps for moment in one.times})
    grid = [dict(zip(one.times, one.values, strict=True)) for one in steps]
    rows = [
        [
            max(0.0, row.get(moment, 0.0) - (grid[at - 1].get(moment, 0.0) if at else 0.0))
            for moment in moments
        ]
        for at, row in enumerate(grid)
    ]
    axes.pcolormesh(
        [moment - moments[0] for moment in moments], range(len(rows)), rows, cmap="viridis"
    )
    axes.set_yticks(range(0, len(rows), 3), [one.labels["le"] for one in steps][::3])
    axes.tick_params(labelsize=7)
    axes.set_ylabel("s, up to", fontsize=7)


DRAWN = {Kind.LINES: _lines, Kind.FIGURES: _figures, Kind.HEAT: _heat}


def scale(unit: str, values: Sequence[float]) -> tuple[float, str]:
    """What to divide by so that the largest value reads well, and its unit then."""
    largest = max((abs(value) for value in values if not math.isnan(value)), default=0.0)
    steps = SCALES.get(unit, ((1.0, ""),))
    if not largest:
        return steps[0]
    return next((step for step in steps if largest >= step[0]), steps[-1])


def told(unit: str, value: float) -> str:
    """A figure with its unit."""
    factor, word = scale(unit, [value])
    return f"{value / factor:.4g} {word}".strip()
