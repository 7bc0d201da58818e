"""Flower in an environment of its own, as compose starts it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any, Self

import httpx
import pytest

from longshore.testing.lifeline import tied_to_parent
from longshore.testing.ports import free_port
from support.compose import ROOT, environment
from support.until import until

PROGRAM = ROOT / ".venv-flower/bin/celery"
LOGIN = ("operator", "of-this-test")


class Flower:
    """One Flower; what compose tells it, with this broker, password and port."""

    def __init__(self, broker_url: str, log: Path) -> None:
        if not PROGRAM.exists():
            pytest.skip("no .venv-flower: make monitoring-test installs it")
        self.port, self.log = free_port(), log
        told = {name: value for name, value in environment("flower").items() if value}
        self.environment = {
            **os.environ,
            **told,
            "CELERY_BROKER_URL": broker_url.replace("longshore://", "redis://"),
            "FLOWER_BASIC_AUTH": ":".join(LOGIN),
            "FLOWER_PORT": str(self.port),
            "FLOWER_ADDRESS": "127.0.0.1",
        }
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                tied_to_parent((str(PROGRAM), "flower")),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environment,
            )
        until(self._is_well, 30)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(20)

    def _is_well(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text()
        try:
            return self.call("GET", "/healthcheck", auth=None).status_code == 200
        except httpx.TransportError:
            return False

    def call(
        self,
        method: str,
        path: str,
        auth: tuple[str, str] | None = LOGIN,
        **query: str,
    ) -> httpx.Response:
        """Call it; without a login as anybody could."""
        url = f"http://127.0.0.1:{self.port}{path}"
        return httpx.request(method, url, auth=auth, params=query, timeout=20, trust_env=False)

    def told(self, path: str, **query: str) -> Any:
        """Return what it answers to its operator."""
        return self.call("GET", path, **query).raise_for_status().json()
