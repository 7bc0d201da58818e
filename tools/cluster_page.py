"""Write the figures of the tests on a cluster into the pages that show them, or check them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

FIGURES = Path("docs/kubernetes/measured.json")
BEGIN, END = "<!-- measured: written by make e2e -->\n", "<!-- end of measured -->\n"
#: Which figures a page shows: those whose name begins so; the empty prefix is all the others.
PAGES = {Path("docs/kubernetes.md"): "", Path("docs/shutdown.md"): "timeline: "}


def rows(measured: dict[str, str], prefix: str) -> dict[str, str]:
    """Return the figures of a page."""
    if prefix:
        return {n.removeprefix(prefix): v for n, v in measured.items() if n.startswith(prefix)}
    others = tuple(filter(None, PAGES.values()))
    return {name: value for name, value in measured.items() if not name.startswith(others)}


def table(found: dict[str, Any], prefix: str) -> str:
    """Return the figures as a table, below where they were measured."""
    where = dict(found["where"])
    day, cores, nodes = (where.pop(name) for name in ("day", "cores", "nodes"))
    versions = ", ".join(f"{name} {version}" for name, version in where.items())
    shown = rows(found["measured"], prefix)
    if not shown:
        return "Not measured yet.\n"
    head = f"{day}: kind with {nodes} node(s), {cores} cores that other work shared; {versions}.\n"
    lines = (f"| {name} | {value} |\n" for name, value in shown.items())
    return f"{head}\n| what | measured |\n|---|---|\n{''.join(lines)}"


def page(path: Path, prefix: str) -> str:
    """Return the page with the table of the figures that are kept."""
    before, begin, rest = path.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        sys.exit(f"{path} has no place for figures: {BEGIN.strip()} … {END.strip()}")
    return f"{before}{BEGIN}{table(json.loads(FIGURES.read_text()), prefix)}{END}{after}"


def main(arguments: list[str]) -> int:
    """Write the pages; with --check only compare."""
    stale = [path for path, prefix in PAGES.items() if path.read_text() != page(path, prefix)]
    if "--check" not in arguments:
        for path in stale:
            path.write_text(page(path, PAGES[path]))
        return 0
    for path in stale:
        sys.stderr.write(f"{path} does not show {FIGURES}; run tools/cluster_page.py\n")
    return bool(stale)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
