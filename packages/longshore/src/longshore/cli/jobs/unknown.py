"""A job, or a batch, that is not known is no fault of the call: exit code 1."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from longshore.errors import UnknownBatch, UnknownDeadLetter, UnknownJob


@contextmanager
def known() -> Iterator[None]:
    """Says so in one line when what is asked for within is unknown."""
    try:
        yield
    except (UnknownJob, UnknownBatch, UnknownDeadLetter) as error:
        click.echo(f"longshore: {error}", err=True)
        sys.exit(1)
