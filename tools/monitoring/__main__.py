"""Write the rules of compose and the dashboards: ``python -m tools.monitoring``."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.monitoring import rules
from tools.monitoring.dashboards import BOARDS
from tools.monitoring.grafana import written

DASHBOARDS = Path("charts/longshore/dashboards")


def pages() -> Iterator[tuple[Path, str]]:
    """Yield the file of each dashboard with what it holds."""
    for board in BOARDS:
        yield DASHBOARDS / f"{board.name}.json", written(board)


def main() -> int:
    """Write all of them; the rules need helm."""
    for path, text in pages():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    helm = os.environ.get("HELM")
    if not helm:
        sys.stderr.write("the rules are rendered by helm: put it on the PATH, or name it in HELM\n")
        return 1
    rules.RULES.write_text(rules.page(helm))
    return 0


if __name__ == "__main__":
    sys.exit(main())
