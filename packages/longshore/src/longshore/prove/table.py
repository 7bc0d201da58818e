"""The proof on a terminal: how far it is, and one table at the end."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table

from longshore.prove.columns import HEADINGS, cells
from longshore.prove.finding import Judgement
from longshore.prove.session import Proof, Say

COLOURS = {
    Judgement.PROVEN: "green",
    Judgement.BROKEN: "bold red",
    Judgement.VOID: "bold yellow",
    Judgement.NOT_SHOWN: "yellow",
}
NUMBERS = range(4, 10)
WIDTH_OF_A_LOG = 160


@contextmanager
def progress(console: Console) -> Generator[Say]:
    """Shows one line that changes; on anything but a terminal, each new scenario's first line."""
    if not console.is_terminal:
        yield _Once(console).say
        return
    with console.status("starting") as status:
        yield status.update


class _Once:
    """Prints what has not been begun before, so that a log stays short."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._last = ""

    def say(self, text: str) -> None:
        """One line for each scenario and arm."""
        title = text.partition(":")[0]
        if title != self._last:
            self._console.print(f"scenario {title}", style="dim")
        self._last = title


def show(console: Console, proof: Proof) -> None:
    """Prints the table."""
    table = Table(title=f"longshore prove, seed {proof.options.seed}", title_justify="left")
    for number, heading in enumerate(HEADINGS):
        table.add_column(heading, justify="right" if number in NUMBERS else "left")
    for finding in proof.findings:
        colour = COLOURS.get(finding.judgement) if finding.judgement else None
        table.add_row(*cells(finding), style=colour)
    # Nobody folds a log: there the table may be as wide as it needs.
    console.print(table, width=None if console.is_terminal else WIDTH_OF_A_LOG)
    verdict = "the promise held" if proof.holds else "the promise was NOT shown to hold"
    console.print(f"{verdict}; {len(proof.findings)} findings in {proof.seconds:.0f} s")
