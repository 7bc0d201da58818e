"""The project's pages, in the pieces that tests look at."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SCRIPTS = ROOT / "packages/longshore/src/longshore/store/scripts"


def page(name: str) -> str:
    """The text of a page, named from the root."""
    return (ROOT / name).read_text()


def section(text: str, title: str) -> str:
    """What stands under a heading, up to the next one of any level."""
    found = re.search(rf"^#+ {re.escape(title)}\n(.*?)(?=^#+ |\Z)", text, re.MULTILINE | re.DOTALL)
    assert found is not None, f"no heading {title!r}"
    return found[1]


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def first_cells(text: str) -> list[str]:
    """The first cell of each row of the tables, without the heads."""
    rows = re.findall(r"^\| (.*?) \|", text, re.MULTILINE)
    return [cell for cell in rows if cell.startswith("`")]
