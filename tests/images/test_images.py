"""The built images: what is in them, how large they are, that they run without a writable root."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess

import pytest

from support.until import until

TARGETS = {"api": 330, "worker": 340, "scheduler": 280}
"""The most that an image may measure, in MB."""
TAG = os.environ.get("LONGSHORE_IMAGE_TAG", "dev")
RESTRICTED = ("--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges", "--network=none")


def docker(*arguments: str, check: bool = True) -> str:
    command = shutil.which("docker")
    if command is None:
        pytest.skip("no docker on the PATH")
    done = subprocess.run(
        [command, *arguments], capture_output=True, text=True, timeout=110, check=False
    )
    if check:
        assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


@pytest.fixture(params=TARGETS)
def target(request: pytest.FixtureRequest) -> str:
    name = str(request.param)
    if "Config" not in docker("image", "inspect", f"longshore/{name}:{TAG}", check=False):
        pytest.skip(f"no image longshore/{name}:{TAG}; make images builds it")
    return name


def python(target: str, program: str) -> str:
    image = f"longshore/{target}:{TAG}"
    return docker("run", "--rm", *RESTRICTED, "--tmpfs=/tmp", image, "python", "-c", program)


def config(target: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(
        docker("image", "inspect", "--format={{json .Config}}", f"longshore/{target}:{TAG}")
    )
    return found


def test_is_small(target: str) -> None:
    size = docker("image", "inspect", "--format={{.Size}}", f"longshore/{target}:{TAG}")
    assert int(size) / 1e6 <= TARGETS[target]


def test_runs_as_nobody_behind_tini(target: str) -> None:
    found = config(target)
    assert found["User"] == "10001:10001"
    assert found["Entrypoint"] == ["/usr/bin/tini", "--"]


def test_has_no_compiler_and_no_uv(target: str) -> None:
    found = python(target, "import shutil; print([shutil.which(p) for p in ('cc', 'gcc', 'uv')])")
    assert found.strip() == "[None, None, None]"


@pytest.mark.parametrize("module", ["PIL", "jinja2", "longshore_tasks.handlers.images"])
def test_only_the_worker_holds_what_handlers_need(target: str, module: str) -> None:
    program = f"""
import importlib
try:
    importlib.import_module({module!r})
except ImportError:
    print("absent")
else:
    print("present")
"""
    expected = "present" if target == "worker" else "absent"
    assert python(target, program).strip() == expected


def test_its_own_code_is_compiled(target: str) -> None:
    program = "import longshore, os; print(os.path.exists(longshore.__cached__))"
    assert python(target, program).strip() == "True"


def test_the_probe_answers_without_a_worker(target: str) -> None:
    command = ("python", "-I", "-S", "/app/probe.py", "tick", "/tmp/none", "30")
    image = f"longshore/{target}:{TAG}"
    said = docker("run", "--rm", *RESTRICTED, image, *command, check=False)
    assert "no sign of life" in said


def test_a_signal_right_after_the_start_is_honoured(target: str) -> None:
    image = f"longshore/{target}:{TAG}"
    name = docker("run", "--detach", *RESTRICTED, "--tmpfs=/tmp", image).strip()
    try:
        # Before that the first process is the runtime's own, and nobody's to signal.
        until(lambda: "tini" in docker("top", name))
        docker("kill", "--signal=TERM", name)
        ended = until(lambda: re.fullmatch("exited ([0-9]+)", state(name)), 60)
        assert ended[1] in {"0", "143"}, docker("logs", name)
    finally:
        docker("rm", "--force", name)


def state(name: str) -> str:
    """What docker says of a container, and its exit code."""
    return docker("inspect", "--format={{.State.Status}} {{.State.ExitCode}}", name).strip()
