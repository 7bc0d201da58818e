"""Scenario 10: the store's operations in any order, found by hypothesis, against a real Valkey.

The test itself is one of the project's; this runs it with more examples than the test suite does.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from longshore.prove.arm import Arm
from longshore.prove.finding import Finding
from longshore.prove.options import Run
from longshore.testing.lifeline import tied_to_parent

TEST = Path("tests/integration/store/test_state_machine.py")
#: Rules of the test that scenario 10 stands for; burying is one of the ends of ``settle``.
OPERATIONS = (
    *("enqueue", "claim", "renew", "settle", "leases_end", "delays_end", "upkeep", "cancel"),
    "replay",
)
STEPS = 50
SECONDS = 1800.0


def run(run: Run) -> Iterator[Finding]:
    """Longshore only: stock Celery has no store to put in any order."""
    if run.arm is Arm.STOCK:
        return
    if not TEST.exists():
        note = f"needs a checkout of the project as working directory ({TEST})"
        yield Finding("state machine", 0.0, not_shown=True, note=note)
        return
    examples = run.count(full=1000, short=60)
    run.say(f"{examples} interleavings of up to {STEPS} steps")
    yield _examples(run, examples)


def _examples(run: Run, examples: int) -> Finding:
    began = time.monotonic()
    command = (
        *(sys.executable, "-m", "pytest", "-q", "-x", "--no-header", "--timeout=0"),
        *(f"--hypothesis-seed={run.options.seed}", str(TEST)),
    )
    sizes = {"LONGSHORE_PROVE_EXAMPLES": str(examples), "LONGSHORE_PROVE_STEPS": str(STEPS)}
    try:
        done = subprocess.run(  # noqa: S603 - built above, no shell
            tied_to_parent(command), env={**os.environ, **sizes}, capture_output=True,
            stdin=subprocess.DEVNULL, text=True, timeout=SECONDS, check=False,
        )  # fmt: skip
        wrong = () if done.returncode == 0 else (_last_error(done.stdout, done.stderr),)
    except subprocess.TimeoutExpired:
        wrong = (f"not done within {SECONDS:g} s",)
    return Finding(
        variant="hypothesis state machine", lease_seconds=15.0, faults=examples,
        wrong=wrong, seconds=time.monotonic() - began,
        note=f"{examples} interleavings of up to {STEPS} steps each{_missing()}",
    )  # fmt: skip


def _missing() -> str:
    """What the test does not do yet, so that nobody takes it for shown."""
    source = TEST.read_text()
    missing = [name for name in OPERATIONS if f"def {name}(" not in source]
    return f"; not among the operations yet: {', '.join(missing)}" if missing else ""


def _last_error(*outputs: str) -> str:
    lines = [line for output in outputs for line in output.splitlines()]
    errors = [line.removeprefix("E").strip() for line in lines if line.startswith("E ")]
    return (errors or lines or ["the test failed without a word"])[-1]
