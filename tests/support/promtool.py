"""Prometheus's own programs: those of PROMETHEUS_HOME, or of the PATH."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest


def program(name: str) -> str:
    """Return where promtool or prometheus is; without it the test is skipped."""
    found = shutil.which(name, path=os.environ.get("PROMETHEUS_HOME")) or shutil.which(name)
    if not found:
        pytest.skip(f"no {name}: install Prometheus, or Go, and run make monitoring-test")
    return found


def promtool(*arguments: str | Path) -> str:
    """Run promtool and return what it said; it must have succeeded."""
    command = [program("promtool"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    return said
