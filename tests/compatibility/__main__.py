"""``python -m compatibility``: run suites on arms, judge, write the page."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from compatibility import known
from compatibility.outcomes import Outcomes, counts, merge, read
from compatibility.page import page
from compatibility.running import run
from compatibility.sources import CACHE, ROOT
from compatibility.suites import BY_NAME, SUITES, Arm, Suite
from compatibility.verdict import judge

PAGE = ROOT / "docs" / "compatibility.md"


@click.command()
@click.option("--suite", "suites", multiple=True, type=click.Choice(list(BY_NAME)))
@click.option("--arm", "arms", multiple=True, type=click.Choice([arm.value for arm in Arm]))
@click.option("--seconds", default=3600.0, show_default=True, help="At most, for suite and arm.")
@click.option("-k", "expression", help="Only these cases (pytest's -k); the others keep theirs.")
@click.option("--page-only", is_flag=True, help="Run nothing: judge and write from what is kept.")
def main(
    suites: tuple[str, ...],
    arms: tuple[str, ...],
    seconds: float,
    expression: str | None,
    page_only: bool,
) -> None:
    """Run Celery's and kombu's own tests; exit code 1 for a failure that is not listed."""
    extra = ("-k", expression) if expression else ()
    for suite in [] if page_only else [BY_NAME[name] for name in suites or BY_NAME]:
        for arm in [Arm(name) for name in arms or list(Arm)]:
            found = run(suite, arm, seconds, extra)
            merge(place_of(suite, arm), found)
            click.echo(f"{suite.name} on {arm}://: {dict(counts(found))}")
    kept = {(suite.name, arm): read(place_of(suite, arm)) for suite in SUITES for arm in Arm}
    PAGE.write_text(page(kept))
    fine = [say(suite, *(kept[suite.name, arm] for arm in Arm)) for suite in SUITES]
    sys.exit(0 if all(fine) else 1)


def place_of(suite: Suite, arm: Arm) -> Path:
    """Where a suite's outcomes on one arm are kept between runs."""
    return CACHE / "outcomes" / f"{suite.name}-{arm}.json"


def say(suite: Suite, stock: Outcomes, ours: Outcomes) -> bool:
    """Prints what is wrong with the list; whether nothing failed beside it."""
    verdict = judge(ours, known.of(suite.name), stock)
    for case in verdict.unlisted:
        click.echo(f"FAILED and not listed: {case}")
    for cases in verdict.passing:
        click.echo(f"listed, but passes: {cases}")
    return not verdict.unlisted


if __name__ == "__main__":
    main()
