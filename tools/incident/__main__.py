"""``make incident``: play the incident and write it into the runbook."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from tools.incident.stage import Stage
from tools.incident.story import Played, play

PAGE = Path("docs/runbook.md")
BEGIN, END = "<!-- incident: begin, written by make incident -->\n", "<!-- incident: end -->\n"


def main() -> int:
    """Play it; 1 when a command ended otherwise than told, and the page stays as it was."""
    with Stage() as stage:
        played = list(play(stage))
    wrong = [one for one in played if one.said.code != one.step.code]
    for one in wrong:
        sys.stderr.write(f"{one.command}: exit code {one.said.code}\n{one.said.output}\n")
    if not wrong:
        before, _, rest = PAGE.read_text().partition(BEGIN)
        after = rest.partition(END)[2]
        PAGE.write_text(f"{before}{BEGIN}{''.join(written(played))}{END}{after}")
    return int(bool(wrong))


def written(played: list[Played]) -> Iterator[str]:
    """The session as the page has it."""
    for one in played:
        yield f"{one.step.told}\n\n```console\n$ {one.command}\n{one.said.output}\n```\n\n"


if __name__ == "__main__":
    sys.exit(main())
