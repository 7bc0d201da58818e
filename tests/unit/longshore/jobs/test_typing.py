from __future__ import annotations

import subprocess
import sys
from pathlib import Path

GOOD = """\
from longshore.jobs import Job

class Paint(Job, task="fence.paint", queue="normal"):
    colour: str
    coats: int = 1

Paint(colour="red").enqueue(countdown=5)
Paint.delay(colour="red", coats=2)
"""
# What makes the arguments of a job typed, and no more: the whole takes mypy five times as long.
CONFIGURATION = """\
[mypy]
strict = True
follow_imports = skip
[mypy-longshore.jobs,longshore.jobs.job,longshore.jobs.options]
follow_imports = normal
[mypy-pydantic,pydantic.main,pydantic._internal._model_construction]
follow_imports = normal
"""


def checked(tmp_path: Path, code: str) -> str:
    file, configuration = tmp_path / "snippet.py", tmp_path / "mypy.ini"
    file.write_text(code)
    configuration.write_text(CONFIGURATION)
    options = ["--config-file", str(configuration), "--cache-dir", str(tmp_path)]
    command = [sys.executable, "-m", "mypy", *options, str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


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
