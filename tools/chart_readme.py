"""Write the chart's README from the comments of its values, or check that it is up to date."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

CHART = Path("charts/longshore")
README = CHART / "README.md"
KEY = re.compile(r"^(?P<indent> *)(?P<key>[A-Za-z0-9]+):(?: (?P<value>.*))?$")
HEAD = """# longshore

The api, worker sets and scheduler of Longshore. How to use them is told in
[docs/kubernetes.md](../../docs/kubernetes.md); `values-dev.yaml`, `values-staging.yaml` and
`values-prod.yaml` are examples.

```sh
helm upgrade --install longshore charts/longshore -n longshore --create-namespace
helm test longshore -n longshore
```

Kubernetes 1.30 or newer, Helm 3 or 4; KEDA 2.21 where worker sets scale with it.
This page is written by `make chart-readme`.

| value | default | |
|---|---|---|
"""


class Row(NamedTuple):
    """One value of the chart."""

    path: str
    default: str
    about: str


def rows(lines: list[str]) -> Iterator[Row]:
    """Yield the values in their order; a comment belongs to the key below it."""
    path: list[str] = []
    about: list[str] = []
    for line in lines:
        text = line.strip()
        if text.startswith("#"):
            about.append(text.lstrip("# ").removeprefix("-- "))
        elif found := KEY.match(line):
            path = [*path[: len(found["indent"]) // 2], found["key"]]
            if found["value"] or about:
                yield Row(".".join(path), found["value"] or "", " ".join(about))
            about = []
        else:
            about = []


def page() -> str:
    """Return the README."""
    lines = (CHART / "values.yaml").read_text().splitlines()
    begin = next(number for number, line in enumerate(lines) if not line.strip())
    return HEAD + "".join(
        f"| `{row.path}` | {f'`{row.default}`' if row.default else ''} | {row.about} |\n"
        for row in rows(lines[begin + 1 :])
    )


def main(arguments: list[str]) -> int:
    """Write the page; with --check only compare."""
    if "--check" not in arguments:
        README.write_text(page())
        return 0
    if not README.exists() or README.read_text() != page():
        sys.stderr.write(f"{README} is not up to date; run make chart-readme\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
