"""docs/compatibility.md, from the list and from what the last runs found."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import version

from compatibility import known
from compatibility.outcomes import Outcomes, bad, counts
from compatibility.suites import SUITES, Arm, Suite

Found = Mapping[tuple[str, Arm], Outcomes]

HEAD = """# Compatibility

`make compatibility` fetches the sources of the Celery and kombu that are installed, checks them
against the lock, and runs the parts of their own tests that concern a Redis broker and backend:
once on `redis://` as the control, once on `longshore://`, each on a valkey-server of its own. A
case that fails on `longshore://` and is not listed below fails the run. This page is made by the
run from the list in `tests/compatibility/known.py`.

Only this is changed in the tests for `longshore://`: the scheme in URLs and in the question
whether a URL is Redis's, and kombu's transport classes for Longshore's in kombu's unit tests.
"""

WAY_BACK = """## Mixed fleets and the way back

Stock workers and Longshore's share queues, messages and results: either takes what the other's
clients enqueue (`tests/integration/contracts`). To go back to stock Celery:

1. Stop the Longshore workers and schedulers; a warm stop gives back what has not begun.
2. `longshore release-to-stock longshore://…` puts delayed jobs and retries on their queues, each
   with its time as ETA, in steps of bounded size. It can be broken off and repeated.
3. Start the workers with `redis://`. What a killed Longshore worker held is restored by their
   visibility timeout, because claims are kept in kombu's own keys.

A job that was cancelled while it waited is skipped by Longshore's workers; a stock worker knows
only revokes that it was told of and would run it: let a Longshore worker empty such a queue
first. Dead letters stay in Longshore's keys.
"""


def page(found: Found) -> str:
    """The whole page."""
    versions = ", ".join(f"{name} {version(name)}" for name in ("celery", "kombu", "redis"))
    results = f"## Results\n\nWith {versions}: the latest outcome of each case.\n"
    parts = [HEAD, results, _table(found), _left_out()]
    parts += [_stock(found), _listed(), WAY_BACK]
    return "\n".join(part for part in parts if part)


def _table(found: Found) -> str:
    head = (
        "| suite | arm | passed | skipped by the suite | not applicable"
        " | fails on both | other failures |"
    )
    rows = [head, "| --- | --- | ---: | ---: | ---: | ---: | ---: |"]
    for suite in SUITES:
        rows += [_row(suite, arm, found) for arm in Arm]
    return "\n".join([*rows, ""])


def _row(suite: Suite, arm: Arm, found: Found) -> str:
    outcomes = found.get((suite.name, arm), {})
    if not outcomes:
        return f"| {suite.name} | `{arm}://` | not run | | | | |"
    by, failed = counts(outcomes), bad(outcomes)
    both = failed & bad(found.get((suite.name, Arm.STOCK), {}))
    if arm is Arm.STOCK:
        both &= bad(found.get((suite.name, Arm.LONGSHORE), {}))
    lines = known.of(suite.name) if arm is Arm.LONGSHORE else ()
    listed = {case for case in failed - both if any(line.covers(case) for line in lines)}
    cells = (by["passed"], by["skipped"], len(listed), len(both), len(failed - both - listed))
    return f"| {suite.name} | `{arm}://` | " + " | ".join(map(str, cells)) + " |"


def _left_out() -> str:
    rows = [
        f"- `{path}` of {suite.distribution}: {why}"
        for suite in SUITES
        for path, why in suite.left_out.items()
    ]
    return "\n".join(["Files left out, since they concern neither:\n", *rows, ""])


def _stock(found: Found) -> str:
    rows = [
        f"- `{suite.name}`: `{case}`"
        for suite in SUITES
        for case in sorted(bad(found.get((suite.name, Arm.STOCK), {})))
    ]
    return "\n".join(["## Fails on `redis://`\n", *(rows or ["None."]), ""])


def _listed() -> str:
    rows = ["## Not applicable to `longshore://`\n"]
    for suite in SUITES:
        by_why: dict[str, list[str]] = {}
        for line in known.of(suite.name):
            by_why.setdefault(line.why, []).append(line.cases)
        for why, cases in by_why.items():
            rows += [f"- {suite.name}: {why}.", *(f"  - `{case}`" for case in cases)]
    return "\n".join([*rows, ""])
