"""A real Prometheus that asks the running set, under the jobs and labels of compose."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

import httpx
import yaml
from tools.monitoring.rules import RULES

from longshore.testing.lifeline import tied_to_parent
from longshore.testing.ports import free_port
from support.promtool import program
from support.until import until

PAGES = re.compile(r"(api|worker|scheduler) (http://([\d.:]+)/metrics)")
JOBS = {"api": "longshore-api"}


class Prometheus:
    """Asks once a second; its rules are compose's."""

    def __init__(self, place: Path, targets: Mapping[str, str]) -> None:
        self.place, self.port = place, free_port()
        scraped = [
            {"job_name": name, "static_configs": [target(name, address)], "relabel_configs": [job]}
            for name, address in targets.items()
            for job in [{"target_label": "job", "replacement": JOBS.get(name, "celery")}]
        ]
        interval = {"scrape_interval": "1s", "evaluation_interval": "1s"}
        page = {"global": interval, "scrape_configs": scraped, "rule_files": [str(RULES.resolve())]}
        (place / "prometheus.yaml").write_text(yaml.safe_dump(page))
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        command = (
            program("prometheus"),
            f"--config.file={self.place / 'prometheus.yaml'}",
            f"--storage.tsdb.path={self.place / 'tsdb'}",
            f"--web.listen-address=127.0.0.1:{self.port}",
        )
        with (self.place / "prometheus.log").open("ab") as log:
            self._process = subprocess.Popen(tied_to_parent(command), stdout=log, stderr=log)
        until(self._is_ready, 30)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        self._process.terminate()
        self._process.wait(20)

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.place / "prometheus.log").read_text()
        try:
            return self._get("/-/ready").status_code == 200
        except httpx.TransportError:
            return False

    def _get(self, path: str, **query: str) -> httpx.Response:
        url = f"http://127.0.0.1:{self.port}{path}"
        return httpx.get(url, params=query, timeout=20, trust_env=False)

    def ask(self, expression: str) -> list[dict[str, Any]]:
        """Return what a query answers now."""
        answer = self._get("/api/v1/query", query=expression).json()
        assert answer["status"] == "success", answer
        found: list[dict[str, Any]] = answer["data"]["result"]
        return found

    def ask_over(
        self, expression: str, began: float, ended: float, step_seconds: float
    ) -> list[tuple[dict[str, str], list[tuple[float, float]]]]:
        """Return what a query answered at each step: labels, and moments with values."""
        times = {"start": str(began), "end": str(ended), "step": str(step_seconds)}
        answer = self._get("/api/v1/query_range", query=expression, **times).json()
        assert answer["status"] == "success", answer
        return [
            (one["metric"], [(moment, float(value)) for moment, value in one["values"]])
            for one in answer["data"]["result"]
        ]


def target(name: str, address: str) -> dict[str, Any]:
    """One target with the labels that the chart and compose bring."""
    labels = {"container": name}
    if name not in {"api", "scheduler"}:
        labels["longshore_dev_worker_set"] = "default"
    return {"targets": [address], "labels": labels}


def pages(greeting: str) -> dict[str, str]:
    """Where the services of a running set serve their metrics: name to host and port."""
    return {name: address for name, _, address in PAGES.findall(greeting)}
