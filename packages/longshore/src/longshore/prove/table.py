"""The proof on a terminal: how far it is, and one table at the end."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.text import Text

from longshore.cli.output import show_listing, table
from longshore.prove.columns import HEADINGS, cells
from longshore.prove.finding import Finding, Judgement
from longshore.prove.session import Proof, Say

COLOURS = {
    Judgement.PROVEN: "green",
    Judgement.BROKEN: "bold red",
    Judgement.VOID: "bold yellow",
    Judgement.NOT_SHOWN: "yellow",
}
EVERY_SECONDS = 15.0


@contextmanager
def progress(console: Console) -> Generator[Say]:
    """Shows one line that changes; on anything but a terminal, a line now and then."""
    if not console.is_terminal:
        yield _NowAndThen(console).say
        return
    with console.status("starting") as status:
        yield status.update


class _NowAndThen:
    """Prints what begins, and every fifteen seconds how far it is, so that a log stays short."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._last, self._printed_at = "", 0.0

    def say(self, text: str) -> None:
        """One line for each scenario and arm, and more of what takes long."""
        title, now = text.partition(":")[0], time.monotonic()
        if title == self._last and now < self._printed_at + EVERY_SECONDS:
            return
        self._last, self._printed_at = title, now
        self._console.print(f"scenario {text}", style="dim")


def show(proof: Proof) -> None:
    """Print the table, the verdict, and a line for each failure."""
    rows = []
    for finding in proof.findings:
        colour = COLOURS.get(finding.judgement, "") if finding.judgement else ""
        rows.append([Text(cell, colour) for cell in cells(finding)])
    show_listing(table(HEADINGS, rows, title=f"longshore prove, seed {proof.options.seed}"))
    verdict = "the promise held" if proof.holds else "the promise was NOT shown to hold"
    click.echo(f"{verdict}; {len(proof.findings)} findings in {proof.seconds:.0f} s")
    for finding in proof.failures:
        click.echo(_failure(finding))


def _failure(finding: Finding) -> str:
    """One line of its own, for whoever has only the end of a log."""
    reason = "; ".join(finding.wrong) or finding.missed or "the fault did not bite on stock Celery"
    return (
        f"{str(finding.judgement).upper()}: scenario {finding.scenario} on {finding.arm},"
        f" {finding.variant}: {reason}"
    )
