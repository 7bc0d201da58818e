"""What "helm test" runs: its log can be read, and it waits for a set that is starting."""

from __future__ import annotations

import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import cast

from support.chart import render
from support.processes import run


class Answers(HTTPServer):
    """Answers one request after another with these statuses."""

    def __init__(self, *statuses: int) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.left = list(statuses)


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(cast(Answers, self.server).left.pop(0))
        self.end_headers()
        self.wfile.write(b"well")

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@contextmanager
def answering(*statuses: int) -> Generator[Answers]:
    with Answers(*statuses) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def outcome(server: Answers, folder: Path) -> tuple[int, str]:
    """Run the pod's command with the server in the api's place; return its code and its log."""
    (container,) = render().one("Pod", "test")["spec"]["containers"]
    *python, program, _ = container["command"]
    assert python == ["python", "-c"]
    script = folder / "program.py"
    script.write_text(program)
    done = run([sys.executable, str(script), f"http://127.0.0.1:{server.server_port}/"])
    return done.returncode, done.stdout


def test_it_is_a_pod_whose_log_helm_finds_under_the_hooks_name() -> None:
    (hook,) = [one for one in render() if "helm.sh/hook" in one["metadata"].get("annotations", {})]
    assert hook["kind"] == "Pod"
    assert hook["spec"]["restartPolicy"] == "Never"


def test_it_waits_for_a_set_that_is_starting(tmp_path: Path) -> None:
    with answering(503, 200) as server:
        code, log = outcome(server, tmp_path)
    assert code == 0
    assert "503" in log
    assert log.endswith("well\n")


def test_it_does_not_repeat_what_is_refused(tmp_path: Path) -> None:
    with answering(401) as server:
        code, log = outcome(server, tmp_path)
    assert code == 1
    assert "401" in log
