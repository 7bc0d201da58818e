"""How the command line says what is wrong."""

from __future__ import annotations

import sys

import click


class Complaint(click.ClickException):
    """One line on standard error, exit code 2."""

    exit_code = 2

    def show(self, file: object = None) -> None:  # noqa: ARG002 - click's signature
        """Writes the line."""
        sys.stderr.write(f"longshore: {self.message}\n")
