"""One suite on one arm: a server of its own, the suite's own pytest, a record."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from compatibility.outcomes import Outcomes, read_record
from compatibility.recorder import PLACE
from compatibility.sources import unpack
from compatibility.suites import Arm, Suite
from longshore.testing.lifeline import tied_to_parent
from longshore.testing.server import ValkeyServer

HERE = Path(__file__).parent


def run(suite: Suite, arm: Arm, seconds: float, extra: Sequence[str] = ()) -> Outcomes:
    """Runs it, at most so many seconds, and tells what became of each case that began."""
    folder = unpack(suite, arm)
    record = folder / "record.jsonl"
    record.touch()
    with ValkeyServer() as server, (folder / "pytest.log").open("wb") as log:
        environment = _environment(server, arm, record)
        process = subprocess.Popen(
            tied_to_parent(_command(suite, extra)),
            cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    return read_record(record)


def _command(suite: Suite, extra: Sequence[str]) -> list[str]:
    ignored = [word for path in suite.left_out for word in ("--ignore", path)]
    options = ("-q", "-p", "no:cacheprovider", "-p", "recorder", *suite.options)
    return [sys.executable, "-m", "pytest", *suite.files, *ignored, *options, *extra]


def _environment(server: ValkeyServer, arm: Arm, record: Path) -> dict[str, str]:
    url = f"{arm}://127.0.0.1:{server.port}/0"
    return {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(HERE),
        "TEST_BROKER": url,
        "TEST_BACKEND": url,
        "REDIS_HOST": "127.0.0.1",
        "REDIS_PORT": str(server.port),
        "REDIS_6379_TCP": str(server.port),
        PLACE: str(record),
    }
