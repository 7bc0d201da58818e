"""``longshore prove``: the faults, the two arms, one table."""

from __future__ import annotations

import json
import shlex
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import click
from rich.console import Console

from longshore.cli.complaint import Complaint
from longshore.errors import LongshoreError

BOTH = "both"


class Numbers(click.ParamType[tuple[int, ...]]):
    """Whole numbers with commas between them."""

    name = "N[,N]"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        """The numbers."""
        if isinstance(value, tuple):
            return value
        words = [word.strip() for word in str(value).split(",")]
        if not all(word.isdigit() for word in words):
            self.fail(f"{value!r} is not a number, or numbers with commas between", param, ctx)
        return tuple(map(int, words))


@click.command()
@click.option("--scenario", "scenarios", type=Numbers(), multiple=True, help="Only these.")
@click.option("--arm", type=click.Choice(["longshore", "stock", BOTH]), default=BOTH)
@click.option("--count", type=click.IntRange(min=1), help="Faults per scenario.")
@click.option("--seed", type=int, default=1, show_default=True, help="Fixes what is random.")
@click.option("--duration", type=click.FloatRange(min=1), help="Seconds of faults per scenario.")
@click.option("--short", is_flag=True, help="All scenarios within three minutes.")
@click.option(
    "--page",
    type=click.Path(path_type=Path),
    help="Write the proof here as Markdown; with --scenario, its sections of a page.",
)
@click.option("--json", "as_json", is_flag=True, help="JSON on standard output, no table.")
def prove(
    scenarios: tuple[tuple[int, ...], ...],
    arm: str,
    count: int | None,
    seed: int,
    duration: float | None,
    short: bool,
    page: Path | None,
    as_json: bool,
) -> None:
    """Do to Longshore, and to stock Celery, what loses jobs; count what was lost.

    Everything runs on the loopback address in processes that end with this one. Exit code 1 when
    the promise was broken or not shown to hold.
    """
    from longshore.prove.arm import Arm  # noqa: PLC0415 - slow to import, and not for every command
    from longshore.prove.options import Options  # noqa: PLC0415

    arms = tuple(Arm) if arm == BOTH else (Arm(arm),)
    signal.signal(signal.SIGTERM, _interrupt)
    wanted = tuple(number for numbers in scenarios for number in numbers)
    try:
        holds = _prove(Options(wanted, arms, count, seed, duration, short), page, as_json)
    except LongshoreError as error:
        raise Complaint(str(error)) from None
    except ModuleNotFoundError as error:
        raise Complaint(f"{error.name} is missing: install longshore[testing]") from None
    sys.exit(0 if holds else 1)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    # Ends the processes on the way out, as Ctrl-C does.
    raise KeyboardInterrupt


def _prove(options: Any, page: Path | None, as_json: bool) -> bool:
    from longshore.prove.document import document  # noqa: PLC0415
    from longshore.prove.machine import describe  # noqa: PLC0415
    from longshore.prove.options import PRELOAD  # noqa: PLC0415
    from longshore.prove.page import page as page_of  # noqa: PLC0415
    from longshore.prove.page import page_with, parts_of  # noqa: PLC0415
    from longshore.prove.roll import chosen  # noqa: PLC0415
    from longshore.prove.session import prove as run  # noqa: PLC0415
    from longshore.prove.table import progress, show  # noqa: PLC0415
    from longshore.testing.fork_server import ForkServer  # noqa: PLC0415

    wanted, machine, command = chosen(options.scenarios), describe(), shown_command()
    before = page.read_text() if page is not None and page.exists() else ""
    if before:
        parts_of(before)
    with progress(Console(stderr=True)) as say, ForkServer(PRELOAD) as fork_server:
        proof = run(options, wanted, say, fork_server)
    if page is not None:
        page.parent.mkdir(parents=True, exist_ok=True)
        if options.scenarios and before:
            text = page_with(before, proof, machine, command, wanted)
        else:
            text = page_of(proof, machine, command, wanted)
        page.write_text(text)
    if as_json:
        click.echo(json.dumps(document(proof, machine, command), indent=2))
    else:
        show(proof)
    return proof.holds


def shown_command() -> str:
    """What was typed, without where the page went: that changes nothing of what was found."""
    words, shown = iter(sys.argv[1:]), ["longshore"]
    for word in words:
        if word == "--page":
            next(words, None)
        elif word != "--json" and not word.startswith("--page="):
            shown.append(word)
    return shlex.join(shown)
