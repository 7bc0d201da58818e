"""Functions of at most 60 lines, files of at most 500: fail on more, and print how it stands."""

from __future__ import annotations

import ast
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

LARGEST_FUNCTION, LARGEST_FILE = 60, 500
ROOTS = ("packages", "services", "tests", "tools", "bench", "examples")
Sized = tuple[str, int]


def files() -> list[Path]:
    """Return the project's Python files."""
    return sorted(path for root in ROOTS for path in Path(root).rglob("*.py"))


def functions(path: Path) -> Iterator[Sized]:
    """Yield the functions of a file with their lines, decorators left out."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield f"{path}:{node.lineno} {node.name}", (node.end_lineno or 0) - node.lineno + 1


def report(kind: str, sized: list[Sized], largest: int) -> bool:
    """Print the figures and what is too large; return whether anything is."""
    lines = sorted(size for _, size in sized) or [0]
    p90 = lines[len(lines) * 9 // 10]
    median = statistics.median_low(lines)
    sys.stdout.write(f"{kind}: {len(sized)}, median {median} lines, p90 {p90}, most {lines[-1]}\n")
    too_large = [(place, size) for place, size in sized if size > largest]
    for place, size in too_large:
        sys.stdout.write(f"{place}: {size} lines, at most {largest}\n")
    return bool(too_large)


def main() -> int:
    """Check all files."""
    found = files()
    shipped = [path for path in found if path.parts[0] in {"packages", "services"}]
    large_functions = report(
        "functions", [item for path in found for item in functions(path)], LARGEST_FUNCTION
    )
    sized = [(str(path), len(path.read_text().splitlines())) for path in found]
    large_files = report("files", sized, LARGEST_FILE)
    report("shipped functions", [f for path in shipped for f in functions(path)], LARGEST_FUNCTION)
    return int(large_functions or large_files)


if __name__ == "__main__":
    sys.exit(main())
