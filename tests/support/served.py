"""A web server of an example, started as its user would start it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from support.processes import start
from support.until import until


@contextmanager
def served(
    command: tuple[str, ...], url: str, log: Path, environment: Mapping[str, str]
) -> Generator[httpx.Client]:
    """Run a server until the block ends; the client speaks to it once it answers."""
    process = start(command, {**os.environ, **environment}, stdout=log)
    try:
        with httpx.Client(base_url=url, trust_env=False, timeout=30) as client:
            until(lambda: _answers(client), 60)
            yield client
    finally:
        process.terminate()
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            raise


def _answers(client: httpx.Client) -> bool:
    try:
        client.get("/")
    except httpx.TransportError:
        return False
    return True
