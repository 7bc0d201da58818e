"""``longshore prove`` as it is typed: what it prints, how it ends, what it leaves behind."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from support import processes
from support.until import until

SECONDS = 200
PROVE = (sys.executable, "-m", "longshore.cli", "prove", "--short")


def found_by(*words: str) -> dict[str, Any]:
    """Run it and return what it found; its exit code says whether all of it holds."""
    done = processes.run((*PROVE, "--json", *words), timeout=SECONDS)
    found: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == (0 if found["holds"] else 1), done.stderr
    return found


def test_a_lost_reply_is_proven_on_both_arms(tmp_path: Path) -> None:
    page = tmp_path / "proof.md"
    found = found_by("--scenario", "8", "--count", "1", "--seed", "7", "--page", str(page))
    assert found["holds"] is True
    assert found["seed"] == 7
    assert [(one["arm"], one["judgement"], one["faults"]) for one in found["findings"]] == [
        ("longshore", "proven", 1),
        ("stock", "fails, as known", 1),
    ]
    assert "| longshore | the broker's reply never arrives |" in page.read_text()


def test_kills_end_with_the_duration() -> None:
    words = ("--arm", "longshore", "--count", "1000", "--duration", "1")
    found = found_by("--scenario", "1", *words)
    assert 1 <= sum(one["faults"] for one in found["findings"]) < 1000
    assert {one["arm"] for one in found["findings"]} == {"longshore"}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_whatever_ends_it_ends_everything_that_it_started(
    tmp_path: Path, number: signal.Signals
) -> None:
    command = (*PROVE, "--scenario", "1", "--arm", "longshore")
    run = processes.start(command, dict(os.environ), stdout=tmp_path / "log")
    process = psutil.Process(run.pid)
    until(lambda: len(process.children(recursive=True)) > 3, seconds=60)
    started = process.children(recursive=True)
    run.send_signal(number)
    run.wait(SECONDS)
    until(
        lambda: not any(child.is_running() and child.status() != "zombie" for child in started), 30
    )
