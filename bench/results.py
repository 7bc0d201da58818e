"""Figures on disk: one JSON file for each measure, so that one can be taken anew alone."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Result:
    """A measure's rows and where they come from."""

    measure: str
    origin: dict[str, Any]
    rows: list[Row]

    def write(self, directory: Path) -> Path:
        """Into its file."""
        directory.mkdir(parents=True, exist_ok=True)
        path = directory / f"{self.measure}.json"
        document = {"measure": self.measure, "origin": self.origin, "rows": self.rows}
        path.write_text(json.dumps(document, indent=1) + "\n")
        return path

    def of(self, **wanted: object) -> list[Row]:
        """The rows with these values."""
        return [row for row in self.rows if all(row.get(k) == v for k, v in wanted.items())]

    def column(self, name: str, **wanted: object) -> list[float]:
        """One figure of the rows with these values."""
        return [float(row[name]) for row in self.of(**wanted)]

    def names(self, key: str = "contender") -> list[str]:
        """Who is in it, in the order of their turns."""
        return list(dict.fromkeys(str(row[key]) for row in self.rows if key in row))


def read_all(directory: Path) -> dict[str, Result]:
    """Every measure that has been taken."""
    found = {}
    for path in sorted(directory.glob("*.json")):
        document = json.loads(path.read_text())
        found[document["measure"]] = Result(**document)
    return found
