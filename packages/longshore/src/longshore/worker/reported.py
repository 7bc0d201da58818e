"""What a prefork child tells its parent of a success."""

from __future__ import annotations

from typing import NamedTuple


class Report(NamedTuple):
    """In place of a result's text: that text, and the result document to settle with."""

    shown: str | None
    meta: str | bytes
    #: told when somebody counts
    cpu_seconds: float | None = None
    peak_bytes: float = 0.0
