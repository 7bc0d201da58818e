"""The README's Celery app runs as it stands, on both URLs."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path

import pytest

from longshore.testing.server import ValkeyServer
from support.celery_worker import CeleryWorker
from support.pages import blocks, page, section
from support.processes import run

WRITTEN_URL = "longshore://127.0.0.1:6379/0"


@pytest.mark.parametrize("scheme", ["longshore", "redis"])
def test_the_example_gives_what_the_page_says(
    scheme: str, valkey: ValkeyServer, tmp_path: Path
) -> None:
    text = section(page("README.md"), "Move an existing Celery app")
    (example,), (commands,) = blocks(text, "python"), blocks(text, "console")
    url = valkey.redis_url.replace("redis://", f"{scheme}://")
    assert WRITTEN_URL in example
    app = tmp_path / "shop.py"
    app.write_text(example.replace(WRITTEN_URL, url))

    with CeleryWorker(app, tmp_path / "log", {}, pool="solo", concurrency=1):
        code, answer = call_of(commands)
        (tmp_path / "call.py").write_text(code)
        ran = run((sys.executable, str(tmp_path / "call.py")), cwd=tmp_path)
    assert ran.stdout.strip() == answer, ran.stderr


def call_of(commands: str) -> tuple[str, str]:
    """The code of ``python -c`` and the line that is shown beneath it."""
    found = re.search(r"^\$ (python -c .*)\n(.*)$", commands, re.MULTILINE)
    assert found is not None
    return shlex.split(found[1])[2], found[2]
