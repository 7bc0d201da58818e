"""The checks' part on a cluster: when it is skipped, when it fails, and what it ends."""

from __future__ import annotations

import os
import signal
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
NOTED = 'echo "$(basename "$0") $* $LONGSHORE_CLUSTER" >>"$(dirname "$0")/noted"\n'
NOT_READY = 77
#: Without what the checks that these tests are a part of have left for themselves.
AROUND = {name: value for name, value in os.environ.items() if name != "LONGSHORE_CI_SECONDS_LEFT"}


@pytest.fixture
def testbed(tmp_path: Path) -> Path:
    """A test bed whose tools are there at once, and whose cluster does not come up."""
    write(tmp_path / "tools.sh", NOTED)
    write(tmp_path / "images.sh", NOTED)
    write(tmp_path / "cluster.sh", f'{NOTED}[ "$1" != up ]\n')
    return tmp_path


def write(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}")
    path.chmod(0o755)


class Done(NamedTuple):
    """What came of it."""

    code: int
    said: str


def ci(what: str, testbed: Path, **env: str) -> Done:
    """Run it as .ci/run does: in a process group of its own, which ends with it."""
    with (testbed / "said").open("w+") as said:
        process = subprocess.Popen(
            [ROOT / "k8s-dev" / "ci.sh", what],
            env={**AROUND, "LONGSHORE_TESTBED": str(testbed), **env},
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
        code = process.wait(60)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        said.seek(0)
        return Done(code, said.read())


def noted(testbed: Path) -> list[str]:
    return (testbed / "noted").read_text().splitlines()


def test_it_says_that_it_is_left_out(testbed: Path) -> None:
    assert "LONGSHORE_CI_CLUSTER is 0" in ci("check", testbed, LONGSHORE_CI_CLUSTER="0").said


def test_tools_that_are_not_ready_in_time_are_no_failure(testbed: Path) -> None:
    write(testbed / "tools.sh", "exec sleep 60\n")
    done = ci("run", testbed, LONGSHORE_CI_TOOLS_SECONDS="1")
    assert done.code == NOT_READY
    assert "not ready within 1 s" in done.said


def test_the_tools_leave_the_tests_their_time(testbed: Path) -> None:
    write(testbed / "tools.sh", "exec sleep 60\n")
    left = {"LONGSHORE_CI_SECONDS_LEFT": "1061", "LONGSHORE_CI_CLUSTER_SECONDS": "1000"}
    assert "are left" not in ci("check", testbed, **left).said
    left["LONGSHORE_CI_CLUSTER_SECONDS"] = "1060"
    assert "not ready within 1 s" in ci("run", testbed, **left).said


def test_too_little_time_is_a_reason_to_skip(testbed: Path) -> None:
    assert "950 s are left" in ci("check", testbed, LONGSHORE_CI_SECONDS_LEFT="950").said


def test_a_cluster_that_does_not_come_up_is_a_failure(testbed: Path) -> None:
    done = ci("run", testbed)
    assert done.code not in {0, NOT_READY}
    assert [line.split()[0] for line in noted(testbed)][:2] == ["tools.sh", "images.sh"]
    assert noted(testbed)[-1].startswith("cluster.sh up ")


def test_it_ends_its_own_cluster_and_no_other(testbed: Path) -> None:
    assert ci("clean", testbed).code == 0
    assert noted(testbed) == ["cluster.sh down longshore-ci"]
