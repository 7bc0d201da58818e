"""Words as options take them."""

from __future__ import annotations

from typing import Any

import click


class Word(click.ParamType[str]):
    """A text that is not empty: as a filter, a shell's unset variable would mean everything."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Click's hook."""
        if not value:
            self.fail("must not be empty", param, ctx)
        return str(value)
