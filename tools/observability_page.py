"""Write the tables of docs/observability.md from the catalogue, or check that they are current."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from longshore.metrics import catalog
from longshore.metrics.metric import Metric

PAGE = Path("docs/observability.md")
BEGIN = "<!-- made by `make observability` from longshore/metrics/catalog.py -->"
END = "<!-- end -->"
GROUPS = {
    "As celery-exporter has them": catalog.CELERY,
    "Queues and the whole set": catalog.QUEUES,
    "Jobs": catalog.JOBS,
    "Workers and the engine": catalog.ENGINE,
    "Enqueuing": catalog.ENQUEUE,
    "Schedule": catalog.SCHEDULE,
    "Redis": catalog.REDIS,
    "Api": catalog.HTTP,
}


def tables() -> Iterator[str]:
    """Yield the lines of all tables."""
    for title, metrics in GROUPS.items():
        yield from ("", f"### {title}", "")
        yield from ("| metric | labels | served by | |", "|---|---|---|---|")
        yield from (row(metric) for metric in metrics)


def row(metric: Metric) -> str:
    """Return a metric's line."""
    labels = ", ".join(f"`{label}`" for label in metric.labels)
    who = ", ".join(metric.served_by)
    return f"| `{metric.name}` ({metric.kind}) | {labels} | {who} | {metric.help} |"


def page(text: str) -> str:
    """Return the page with its tables as they should be."""
    made = "\n".join((BEGIN, *tables(), "", END))
    found = re.escape(BEGIN) + ".*" + re.escape(END)
    return re.sub(found, lambda _: made, text, flags=re.DOTALL)


def main(arguments: list[str]) -> int:
    """Write the page; with --check only compare."""
    text = PAGE.read_text()
    if "--check" not in arguments:
        PAGE.write_text(page(text))
        return 0
    if text != page(text):
        sys.stderr.write(f"{PAGE} is not up to date; run make observability\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
