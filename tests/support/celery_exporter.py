"""celery-exporter, where somebody has it: it is published as an image only."""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path
from typing import Self

import pytest

from longshore.testing.lifeline import tied_to_parent
from longshore.testing.ports import free_port
from support.metrics_page import MetricsPage
from support.until import until

#: How to start it, as ``docker run --rm --network host danihodovic/celery-exporter``.
VARIABLE = "LONGSHORE_CELERY_EXPORTER"


class CeleryExporter:
    """One celery-exporter on a broker, told ``redis://`` as Flower is."""

    def __init__(self, broker_url: str, log: Path) -> None:
        self._command = shlex.split(os.environ.get(VARIABLE, ""))
        if not self._command:
            pytest.skip(f"celery-exporter is an image only: {VARIABLE} names a command of it")
        self.page, self.log = MetricsPage(free_port()), log
        self._command += ["--broker-url", broker_url.replace("longshore://", "redis://")]
        self._command += ["--port", str(self.page.port), "--host", "127.0.0.1"]
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                tied_to_parent(tuple(self._command)),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        until(self._is_well)
        return self

    def _is_well(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log.read_text()
        return bool(self.page.samples())

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(20)
