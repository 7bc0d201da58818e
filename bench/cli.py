"""``python -m bench``: measure, keep the figures, write the page."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

from rich.console import Console

from bench.machine import origin
from bench.measures import batch, children, growth, latency, letters, naps, noop, post, search
from bench.processes import ROOT, RunFailed
from bench.report.front import write_front
from bench.report.page import tables, write_page
from bench.report.targets import targets_table
from bench.results import Result, read_all
from bench.run import Run, Size, new_run

MEASURES = {
    module.NAME: module
    for module in (noop, naps, latency, post, batch, growth, letters, search, children)
}
TABLE_WIDTH = 160


def main(words: Sequence[str] | None = None) -> int:
    """Do what the command line says; 1 when a contender could not be measured."""
    signal.signal(signal.SIGTERM, _end)
    chosen = _parser().parse_args(words)
    failed = 0
    if not chosen.report:
        with new_run(Size(chosen.share, chosen.repeat), frozenset(chosen.only)) as run:
            failed = sum(
                _measure(run, name, chosen.results) for name in chosen.measures or MEASURES
            )
    results = read_all(chosen.results)
    found = tables(results)
    if not chosen.only:
        found = [*found, targets_table(results)]
        write_page(results, chosen.page)
        if chosen.readme:
            failed += _renew(results, chosen.readme)
    console = _console()
    for table in found:
        table.show(console)
    return int(failed > 0)


def _measure(run: Run, name: str, directory: Path) -> bool:
    """Takes one measure; whether it failed."""
    begun = origin(run)
    try:
        rows = MEASURES[name].measure(run)
    except RunFailed as error:
        run.say(f"{name} failed: {error}")
        return True
    Result(name, begun.document(), rows).write(directory)
    return False


def _renew(results: Mapping[str, Result], page: Path) -> bool:
    """Puts the few figures on a page; whether that failed."""
    try:
        write_front(results, page)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"bench: {error}\n")
        return True
    return False


def _console() -> Console:
    """A console on which the tables fit, also when the output is a file."""
    console = Console()
    return console if console.is_terminal else Console(width=TABLE_WIDTH)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--measures", nargs="+", action="extend", choices=MEASURES)
    parser.add_argument(
        "--only", nargs="+", action="extend", default=[], help="these contenders, and no page"
    )
    parser.add_argument("--share", type=float, default=1.0, help="of the full counts and times")
    parser.add_argument("--repeat", type=int, default=3, help="repetitions")
    parser.add_argument("--results", type=Path, default=ROOT / "bench" / "results")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "performance.md")
    parser.add_argument("--readme", type=Path, help="a page with a table between marks to renew")
    parser.add_argument("--report", action="store_true", help="measure nothing, write the page")
    return parser


def _end(_number: int, _frame: FrameType | None) -> NoReturn:
    """Leaves through the contexts, so that no process stays behind."""
    sys.exit(1)
