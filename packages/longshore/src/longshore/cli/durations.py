"""Lengths of time as people write them: 90, 90s, 15m, 2h, 3d."""

from __future__ import annotations

import re
from typing import Any

import click

SECONDS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
_WRITTEN = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)([smhd]?)")


class Duration(click.ParamType[float]):
    """A length of time, in seconds."""

    name = "DURATION"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Seconds."""
        if isinstance(value, int | float):
            return float(value)
        found = _WRITTEN.fullmatch(str(value))
        if found is None:
            self.fail(f"{value!r} is no length of time; write 90s, 15m, 2h or 3d", param, ctx)
        return float(found[1]) * SECONDS[found[2]]


def shown(seconds: float | None) -> str:
    """A length of time in its largest fitting unit, such as ``4.2m``."""
    if seconds is None:
        return ""
    for unit in ("d", "h", "m"):
        if abs(seconds) >= SECONDS[unit]:
            return f"{seconds / SECONDS[unit]:.1f}{unit}"
    return f"{seconds:.1f}s"
