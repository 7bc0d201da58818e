"""The queries of the dashboards, taken apart."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from tools.monitoring.__main__ import DASHBOARDS

#: What Grafana puts in where everything is chosen.
CHOICES = {
    **dict.fromkeys(("$namespace", "$queue", "$task"), ".*"),
    "$__rate_interval": "1m",
}
SELECTED = re.compile(r"(?<![\w:$])((?:longshore|celery|queue:longshore)_[\w:]+)(?:\{([^}]*)\})?")
SUFFIX = re.compile(r"_(bucket|sum|count)$")
LABEL = re.compile(r"(\w+)\s*(?:=~|!~|!=|=)")
#: Only named as a label.
NO_METRICS = {"longshore_dev_worker_set"}


class Asked(NamedTuple):
    """One query and where it stands."""

    board: str
    panel: str
    expression: str

    def __str__(self) -> str:
        """Name it in a test's report."""
        return f"{self.board}: {self.panel}: {self.expression[:40]}"


def asked() -> Iterator[Asked]:
    """Yield every query of every dashboard file."""
    for path in sorted(DASHBOARDS.glob("*.json")):
        for panel in json.loads(path.read_text())["panels"]:
            for target in panel.get("targets", []):
                yield Asked(path.stem, panel["title"], target["expr"])


def filled(one: Asked) -> str:
    """The query with the variables' values in it."""
    expression = one.expression
    for variable, value in CHOICES.items():
        expression = expression.replace(variable, value)
    return expression


def mentioned(expression: str) -> Iterator[tuple[str, set[str]]]:
    """Yield each metric, without a histogram's suffix, and the labels it is chosen by."""
    for name, selector in SELECTED.findall(expression):
        if name not in NO_METRICS:
            plain = name if ":" in name else SUFFIX.sub("", name)
            yield plain, set(LABEL.findall(selector))
