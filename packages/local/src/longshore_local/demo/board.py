"""The demonstration in the terminal: a line per job while they run, a table at the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from longshore.records import JobState
from longshore_local.api import Record
from longshore_local.demo.outcome import Outcome

STEPS = 2
_STEP = {JobState.RUNNING: 1}
_COLOUR = {JobState.SUCCEEDED: "green", JobState.RUNNING: "cyan", JobState.RETRYING: "yellow"}


def progress(console: Console) -> Progress:
    """Return the lines of the running jobs."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=10),
        TextColumn("{task.fields[state]}"),
        TimeElapsedColumn(),
        console=console,
    )


class Lines:
    """A line for each job."""

    def __init__(self, shown: Progress) -> None:
        self._shown = shown
        self._lines: dict[str, object] = {}

    def add(self, label: str, record: Record) -> None:
        """Begin the line of a job."""
        self._lines[record.id] = self._shown.add_task(label, total=STEPS, state="")
        self.update(record)

    def update(self, record: Record) -> None:
        """Show where the job is now."""
        line = self._lines[record.id]
        step = STEPS if record.state.finished else _STEP.get(record.state, 0)
        for task in self._shown.tasks:
            if task.id == line:
                self._shown.update(task.id, completed=step, state=coloured(record.state))


def coloured(state: JobState) -> str:
    """Return the state as rich markup; a finished state that is not success is red."""
    colour = _COLOUR.get(state, "red" if state.finished else "white")
    return f"[{colour}]{state.value}[/]"


def table(outcomes: Sequence[Outcome]) -> Table:
    """Return what became of the jobs."""
    made = Table(title="What was done")
    for heading in ("job", "task", "state", "attempts", "waited", "ran", "files"):
        made.add_column(heading, justify=_side(heading), overflow="fold")
    for outcome in outcomes:
        record = outcome.record
        trouble = f"{record.error.type}: {record.error.message}" if record.error else ""
        made.add_row(
            outcome.label,
            record.task,
            coloured(record.state),
            str(record.attempts),
            seconds(record.wait_seconds),
            seconds(record.run_seconds),
            "\n".join(outcome.files) or trouble,
        )
    return made


def _side(heading: str) -> Literal["left", "right"]:
    return "right" if heading in {"attempts", "waited", "ran"} else "left"


def seconds(value: float | None) -> str:
    """Return a duration for people."""
    return "" if value is None else f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"
