"""The pages show the figures that the tests on a cluster have kept."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_the_pages_are_those_of_the_figures() -> None:
    done = subprocess.run(
        [sys.executable, "tools/cluster_page.py", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
