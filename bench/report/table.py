"""A table as a value, for the terminal and for the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table as RichTable


@dataclass(frozen=True, slots=True)
class Table:
    """Words in rows; the first column is a name, the others are figures."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""

    def markdown(self) -> str:
        """For the page."""
        marks = ["---", *["---:" for _ in self.columns[1:]]]
        lines = [_line(self.columns), _line(marks), *(_line(row) for row in self.rows)]
        return "\n".join([*lines, "", self.note]).rstrip() + "\n"

    def show(self, console: Console) -> None:
        """For the terminal."""
        table = RichTable(title=self.title, caption=self.note or None)
        for index, name in enumerate(self.columns):
            table.add_column(name, justify="right" if index else "left", no_wrap=index == 0)
        for row in self.rows:
            table.add_row(*row)
        console.print(table)


def _line(words: Sequence[str]) -> str:
    return "| " + " | ".join(words) + " |"


def count(value: float) -> str:
    """A rate, without decimals that mean nothing."""
    return f"{value:,.0f}"


def times(value: float) -> str:
    """A ratio."""
    return f"{value:.2f} ×"


def microseconds(seconds: float) -> str:
    """A cost."""
    return f"{seconds * 1e6:,.0f} µs"


def milliseconds(seconds: float) -> str:
    """A wait."""
    return f"{seconds * 1e3:,.2f} ms"
