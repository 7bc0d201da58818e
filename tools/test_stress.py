"""Run the tests several times in random order beside busy neighbours; list what did not pass.

    python -m tools.test_stress --runs 5 -- [PYTEST ARGUMENT...]

Each run has a seed of its own, which orders its tests; the printed seed gives the same order again.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

REPORTS = Path(".longshore/test-stress")
CPU_HOGS, DISK_HOGS = 2, 1
BLOCK = bytes(8 * 2**20)
#: What xdist adds to the name of a test that belongs to a group.
XDIST_GROUP = re.compile(r"@[^]@]*$")
#: How long an interrupted pytest may take to end what its fixtures started.
GRACE_SECONDS = 60.0


class Run(NamedTuple):
    """One run of the tests: its seed, exit code, duration, and the outcome of each test."""

    seed: int
    code: int
    seconds: float
    outcomes: dict[str, str]

    @property
    def green(self) -> bool:
        """Return whether pytest succeeded and reported no test that did not pass."""
        return self.code == 0 and not self.failed

    @property
    def failed(self) -> list[str]:
        """Return the tests that failed or whose fixtures did."""
        return [name for name, outcome in self.outcomes.items() if outcome == "failed"]


def burn_cpu(owner: int) -> None:
    """Keep a core busy while the owner runs."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while os.getppid() == owner:
        for _ in range(1_000_000):
            pass


def burn_disk(owner: int) -> None:
    """Write and sync a file again and again while the owner runs."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with tempfile.TemporaryFile() as file:
        while os.getppid() == owner:
            file.seek(0)
            file.write(BLOCK)
            file.flush()
            os.fsync(file.fileno())


@contextmanager
def hogs(cpu: int = CPU_HOGS, disk: int = DISK_HOGS) -> Iterator[list[int]]:
    """Yield the process ids of busy neighbours, and end them however the block ends."""
    context = multiprocessing.get_context("fork")
    jobs: list[Callable[[int], None]] = [burn_cpu] * cpu + [burn_disk] * disk
    processes = [context.Process(target=job, args=(os.getpid(),), daemon=True) for job in jobs]
    try:
        for process in processes:
            process.start()
        yield [process.pid or 0 for process in processes]
    finally:
        for process in processes:
            if process.pid is not None:
                process.kill()
                process.join()


def read_outcomes(report: Path) -> dict[str, str]:
    """Return the outcome of each test in pytest's JUnit report: passed, failed or skipped.

    A test whose fixture failed counts as failed. Return nothing where there is no report.
    """
    if not report.exists():
        return {}
    outcomes: dict[str, str] = {}
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314 - pytest wrote it
        name = f"{case.get('file')}::{XDIST_GROUP.sub('', case.get('name', ''))}"
        results = {result.tag for result in case}
        if results & {"failure", "error"}:
            outcomes[name] = "failed"
        else:
            outcomes.setdefault(name, "skipped" if "skipped" in results else "passed")
    return outcomes


def wait_for(command: Sequence[str], log: Path) -> int:
    """Run a command and return its exit code; end it when this process is interrupted."""
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output)  # noqa: S603
        try:
            return process.wait()
        except BaseException:
            process.send_signal(signal.SIGINT)
            process.wait(GRACE_SECONDS)
            raise
        finally:
            process.kill()


def run_once(number: int, arguments: Sequence[str]) -> Run:
    """Run the tests in the order of a new seed; keep report and output in REPORTS."""
    seed = random.SystemRandom().getrandbits(32)
    report, log = REPORTS / f"{number}.xml", REPORTS / f"{number}.log"
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-p", "randomly", f"--randomly-seed={seed}"]
    command += [f"--junitxml={report}", "-o", "junit_family=xunit1", *arguments]
    began = time.monotonic()
    code = wait_for(command, log)
    return Run(seed, code, time.monotonic() - began, read_outcomes(report))


HEAD = "run        seed  passed  failed  skipped  seconds  exit code"


def row(number: int, run: Run) -> str:
    """Return a run as a line of the table."""
    counts = Counter(run.outcomes.values())
    numbers = f"{counts['passed']:6}  {counts['failed']:6}  {counts['skipped']:7}"
    return f"{number:3}  {run.seed:10}  {numbers}  {run.seconds:7.0f}  {run.code:9}"


def summary(runs: Sequence[Run]) -> Iterator[str]:
    """Yield the lines that say what did not pass in how many runs, and how to see it again."""
    green = sum(run.green for run in runs)
    yield f"{green} of {len(runs)} runs are green; output and reports: {REPORTS}"
    failures = Counter(name for run in runs for name in run.failed)
    for name, count in sorted(failures.items(), key=lambda item: (-item[1], item[0])):
        seeds = ", ".join(str(run.seed) for run in runs if name in run.failed)
        yield f"did not pass in {count} of {len(runs)} runs (seeds {seeds}):"
        yield f"  {name}"
    for number, run in enumerate(runs, 1):
        if run.code and not run.failed:
            yield f"run {number} ended with code {run.code}, and no test failed: see {number}.log"
    if failures:
        yield 'the same order again: make test ARGS="--randomly-seed=SEED"'


def stress(count: int, arguments: Sequence[str]) -> list[Run]:
    """Run the tests this often beside the hogs, and print a line for each run."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    runs: list[Run] = []
    show([HEAD])
    with hogs():
        for number in range(1, count + 1):
            runs.append(run_once(number, arguments))
            show([row(number, runs[-1])])
    return runs


def show(lines: Iterable[str]) -> None:
    """Print lines at once."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    sys.stdout.flush()


def main(arguments: Sequence[str] | None = None) -> int:
    """Return 0 when every run is green."""
    parser = argparse.ArgumentParser(prog="test_stress", description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("pytest", nargs="*", help="arguments for pytest, after --")
    options = parser.parse_args(arguments)
    try:
        runs = stress(options.runs, options.pytest)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    show(summary(runs))
    return int(not runs or not all(run.green for run in runs))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    sys.exit(main())
