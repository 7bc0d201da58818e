"""Lets a set work under a real Prometheus and draws each dashboard: ``make pictures``."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tools.monitoring.dashboards import BOARDS
from tools.monitoring.pictures import Series, draw

from support.busy_set import busy, work
from support.prometheus import Prometheus
from support.promql import CHOICES
from support.running_set import RunningSet

DIRECTORY = Path("docs/dashboards")
#: Shorter than Grafana's, since Prometheus asks once a second here.
RATE_INTERVAL = "20s"
STEP_SECONDS = 2
WAVES, BURST = 15, 200


def go_on(running: RunningSet) -> None:
    """Waves of work, each behind a burst of jobs that it has to wait for."""
    for wave in range(WAVES):
        for number in range(BURST * (wave % 3) // 2):
            running.enqueue("system.add", {"a": wave, "b": number})
        work(running)


def answers_of(prometheus: Prometheus, began: float, ended: float) -> Callable[[str], list[Series]]:
    """Puts in what Grafana would, and asks."""

    def ask(expression: str) -> list[Series]:
        for variable, value in {**CHOICES, "$__rate_interval": RATE_INTERVAL}.items():
            expression = expression.replace(variable, value)
        found = prometheus.ask_over(expression, began, ended, STEP_SECONDS)
        return [Series(labels, *zip(*points, strict=True)) for labels, points in found if points]

    return ask


def main() -> int:
    """Draws all of them."""
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    began = time.time()
    with tempfile.TemporaryDirectory() as place, busy(Path(place), go_on) as prometheus:
        answers = answers_of(prometheus, began, time.time())
        for board in BOARDS:
            path = DIRECTORY / f"{board.name}.png"
            draw(board, answers, path)
            sys.stdout.write(f"{path}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
