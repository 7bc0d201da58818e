"""Count the tests of a part of .ci/run, and show in CONTRIBUTING.md what each part costs.

python -m tools.ci_parts count LOG    passed/failed/skipped, or "-" where no test ran
python -m tools.ci_parts table        write the table from .ci/logs/parts.tsv
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path
from typing import NamedTuple

RUN, MEASURED, PAGE = Path(".ci/run"), Path(".ci/logs/parts.tsv"), Path("CONTRIBUTING.md")
BEGIN, END = "<!-- parts: written by make contributing -->\n", "<!-- end of parts -->\n"
#: The line that ends each run of pytest: "== 1 failed, 9 passed, 2 skipped in 3.21s ==".
CLOSING = re.compile(r"^(?:=+ )?((?:\d+ [a-z]+(?:, )?)+) in \d[\d.]*s\b", re.MULTILINE)
HEAD = """\
| part | command | what it does | tests | seconds | CPU seconds |
|---|---|---|--:|--:|--:|
"""
COUNTED = {
    "passed": ("passed", "xfailed"),
    "failed": ("failed", "error", "errors", "xpassed"),
    "skipped": ("skipped",),
}


class Part(NamedTuple):
    """What a part cost when it ran last."""

    name: str
    outcome: str
    tests: str
    wall_seconds: str
    cpu_seconds: str


def count(log: str) -> str:
    """Return how many tests passed/failed/were skipped, summed over all runs of pytest in a log."""
    numbers: Counter[str] = Counter()
    found = CLOSING.findall(log)
    for closing in found:
        for number, word in re.findall(r"(\d+) ([a-z]+)", closing):
            numbers[word] += int(number)
    if not found:
        return "-"
    return "/".join(str(sum(numbers[word] for word in words)) for words in COUNTED.values())


def commands() -> dict[str, str]:
    """Return the command of each part of .ci/run, in the order in which they run."""
    text = RUN.read_text()
    found = dict(re.findall(r'^    \[(\w+)\]="(.+)"$', text, re.MULTILINE))
    order = re.search(r"^ORDER=\((.+)\)$", text, re.MULTILINE)
    if order is None:
        raise ValueError(f"{RUN} has no ORDER")
    return {name: found[name] for name in order[1].split()}


def purpose(command: str) -> str:
    """Return what a command does: the help text of a make target, or a script's first comment."""
    words = command.split()
    if words[0] == "make":
        text = Path("Makefile").read_text()
        return re.findall(rf"^{words[1]}:.*## (.+)$", text, re.MULTILINE)[0]
    comment = re.findall(r"^# (.+?)(?:[:.] |\.?$)", Path(words[0]).read_text(), re.MULTILINE)[0]
    return str(comment)


def measured() -> dict[str, Part]:
    """Return what the parts cost, as .ci/run noted it."""
    lines = MEASURED.read_text().splitlines() if MEASURED.exists() else []
    return {part.name: part for part in (Part(*line.split("\t")) for line in lines)}


def table(parts: dict[str, Part]) -> str:
    """Return the table of all parts; of one that did not pass, without its figures."""
    rows = []
    for name, command in commands().items():
        part = parts.get(name)
        figures = ("not run",) * 3
        if part is not None and part.outcome == "passed":
            figures = (part.tests.split("/")[0], part.wall_seconds, part.cpu_seconds)
        rows.append(f"| {name} | `{command}` | {purpose(command)} | {' | '.join(figures)} |\n")
    return HEAD + "".join(rows)


def write_table() -> None:
    """Put the table between its two markers."""
    before, begin, rest = PAGE.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{PAGE} has no markers of the table")
    PAGE.write_text(f"{before}{begin}{table(measured())}{end}{after}")


def main(arguments: list[str]) -> int:
    """Count the tests of a log, or write the table."""
    match arguments:
        case ["count", log]:
            sys.stdout.write(f"{count(Path(log).read_text(errors='replace'))}\n")
        case ["table"]:
            write_table()
        case _:
            sys.stderr.write(f"{__doc__}")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
