"""``make test`` passes when both of its passes do, and fails when one of them does."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
# Stands in for pytest: ends as its pass is told to.
FAKE = """#!/bin/sh
case " $* " in *" --pass beside "*) exit {beside} ;; *) exit {alone} ;; esac
"""


@pytest.mark.parametrize(
    ("beside", "alone", "expected"),
    [
        (0, 0, 0),
        (1, 0, 1),
        (0, 1, 1),
        (1, 1, 1),
        # nothing collected: the arguments name tests of the other pass only
        (5, 0, 0),
        (0, 5, 0),
        (1, 5, 1),
        (5, 1, 1),
        (5, 5, 5),
        # interrupted, or a wrong call
        (2, 0, 2),
        (4, 0, 4),
        (0, 2, 2),
        (0, 4, 4),
    ],
)
def test_the_exit_code_tells_of_both_passes(
    tmp_path: Path, beside: int, alone: int, expected: int
) -> None:
    fake = tmp_path / "pytest"
    fake.write_text(FAKE.format(beside=beside, alone=alone))
    fake.chmod(0o755)
    command = ["sh", "tools/test_passes.sh", str(fake)]
    assert subprocess.run(command, cwd=ROOT, check=False, timeout=30).returncode == expected
