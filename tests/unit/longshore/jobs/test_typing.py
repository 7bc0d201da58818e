from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

GOOD = """\
from longshore.jobs import Job

class Paint(Job, task="fence.paint", queue="normal"):
    colour: str
    coats: int = 1

Paint(colour="red").enqueue(countdown=5)
Paint.delay(colour="red", coats=2)
"""


def checked(tmp_path: Path, code: str) -> str:
    file = tmp_path / "snippet.py"
    file.write_text(code)
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path), str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


@pytest.mark.slow
def test_mypy_accepts_a_job_and_rejects_a_misspelt_field(tmp_path: Path) -> None:
    wrong = [
        'Paint(color="red")',
        'Paint.delay(color="red")',
        'Paint(colour="red").enqueue(countdwn=5)',
    ]
    output = checked(tmp_path, GOOD + "\n".join(wrong))
    assert {line.split(":")[1] for line in output.splitlines() if ": error:" in line} == {
        "9",
        "10",
        "11",
    }
