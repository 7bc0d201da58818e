"""The stress run: what it reads from pytest's reports, what it says, and that its hogs end."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from tools import test_stress as stress
from tools.test_stress import Run

REPORT = """<?xml version="1.0" encoding="utf-8"?>
<testsuites><testsuite name="pytest" errors="1" failures="1" skipped="1" tests="5">
<testcase file="tests/unit/test_a.py" classname="tests.unit.test_a" name="test_one" time="0.1" />
<testcase file="tests/unit/test_a.py" classname="tests.unit.test_a" name="test_two[x@1]@one-set">
<failure message="assert 1 == 2">...</failure></testcase>
<testcase file="tests/unit/test_b.py" classname="tests.unit.test_b" name="test_three">
<skipped type="pytest.skip" message="no docker" /></testcase>
<testcase file="tests/unit/test_b.py" classname="tests.unit.test_b" name="test_four" />
<testcase file="tests/unit/test_b.py" classname="tests.unit.test_b" name="test_four">
<error message="failed on teardown">...</error></testcase>
</testsuite></testsuites>
"""
PASSED = {"test_a": "passed", "test_b": "passed"}


def test_a_report_says_how_each_test_ended(tmp_path: Path) -> None:
    report = tmp_path / "1.xml"
    report.write_text(REPORT)
    assert stress.read_outcomes(report) == {
        "tests/unit/test_a.py::test_one": "passed",
        "tests/unit/test_a.py::test_two[x@1]": "failed",
        "tests/unit/test_b.py::test_three": "skipped",
        "tests/unit/test_b.py::test_four": "failed",
    }


def test_a_run_without_a_report_has_no_outcomes(tmp_path: Path) -> None:
    assert stress.read_outcomes(tmp_path / "none.xml") == {}


@pytest.mark.parametrize(
    ("code", "outcomes", "green"),
    [
        (0, PASSED, True),
        (0, {**PASSED, "test_c": "skipped"}, True),
        (1, {**PASSED, "test_c": "failed"}, False),
        (0, {**PASSED, "test_c": "failed"}, False),
        (3, PASSED, False),
    ],
)
def test_a_run_is_green_when_pytest_and_its_report_say_so(
    code: int, outcomes: dict[str, str], green: bool
) -> None:
    assert Run(1, code, 1.0, outcomes).green is green


def test_the_summary_names_what_did_not_pass_most_often_first() -> None:
    failing = {**PASSED, "test_b": "failed"}
    runs = [
        Run(11, 1, 60.0, failing),
        Run(12, 1, 60.0, {**failing, "test_a": "failed"}),
        Run(13, 0, 60.0, PASSED),
        Run(14, 2, 60.0, {}),
    ]
    assert list(stress.summary(runs)) == [
        f"1 of 4 runs are green; output and reports: {stress.REPORTS}",
        "did not pass in 2 of 4 runs (seeds 11, 12):",
        "  test_b",
        "did not pass in 1 of 4 runs (seeds 12):",
        "  test_a",
        "run 4 ended with code 2, and no test failed: see 4.log",
        'the same order again: make test ARGS="--randomly-seed=SEED"',
    ]


def test_the_table_fits_a_terminal_of_80_columns() -> None:
    run = Run(2**32 - 1, 1, 12345.6, {str(number): "passed" for number in range(9999)})
    line = stress.row(100, run)
    assert len(line) == len(stress.HEAD) <= 80
    assert line.split() == ["100", "4294967295", "9999", "0", "0", "12346", "1"]


@pytest.mark.parametrize(
    ("outcomes", "code"), [([0, 0], 0), ([0, 1], 1), ([1, 1], 1)], ids=["green", "one", "none"]
)
def test_every_run_must_be_green(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, outcomes: list[int], code: int
) -> None:
    monkeypatch.setattr(stress, "REPORTS", tmp_path / "reports")
    runs = [Run(number, ended, 1.0, PASSED) for number, ended in enumerate(outcomes)]
    monkeypatch.setattr(stress, "run_once", lambda number, arguments: runs[number - 1])
    assert stress.main(["--runs", str(len(runs)), "--", "-k", "x"]) == code


def test_hogs_run_beside_the_block_and_end_with_it() -> None:
    with stress.hogs(cpu=1, disk=1) as processes:
        assert len(processes) == 2
        assert all(psutil.pid_exists(process) for process in processes)
    assert not any(psutil.pid_exists(process) for process in processes)


def test_hogs_end_when_the_block_is_interrupted() -> None:
    with suppress(KeyboardInterrupt), stress.hogs(cpu=1, disk=0) as processes:
        raise KeyboardInterrupt
    assert processes
    assert not any(psutil.pid_exists(process) for process in processes)
