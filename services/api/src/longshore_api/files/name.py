"""The name that a file goes by; it never decides where the bytes lie."""

from __future__ import annotations

MAX_LENGTH = 255
UNNAMED = "upload"


def plain_name(given: str | None) -> str:
    """Return the last part of a name, printable and bounded; ``upload`` when nothing is left."""
    last = (given or "").replace("\\", "/").rpartition("/")[2]
    printable = "".join(letter for letter in last if letter.isprintable()).strip(". ")
    return printable[:MAX_LENGTH] or UNNAMED
