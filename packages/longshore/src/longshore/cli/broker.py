"""Which broker a command is for, and what becomes of its errors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from longshore.cli.complaint import Complaint
from longshore.errors import LongshoreError
from longshore.store import Store, StoreSettings

F = TypeVar("F", bound=Callable[..., Any])

DEFAULT_URL = "longshore://127.0.0.1:6379/0"
#: A person waits: rather an answer late than none.
DEADLINE_SECONDS = 10.0


def broker_options(command: F) -> F:
    """The options ``--url`` and ``--prefix``, also read from the environment."""
    url = click.option(
        "--url",
        envvar="LONGSHORE_BROKER_URL",
        default=DEFAULT_URL,
        show_default=True,
        show_envvar=True,
        help="The broker's URL.",
    )
    prefix = click.option(
        "--prefix",
        envvar="LONGSHORE_KEY_PREFIX",
        default="",
        show_envvar=True,
        help="The app's key prefix (global_keyprefix).",
    )
    return url(prefix(command))


@contextmanager
def opened(url: str, prefix: str) -> Iterator[Store]:
    """A store on the broker; what goes wrong in it is one line and exit code 2."""
    try:
        settings = StoreSettings(key_prefix=prefix, deadline_seconds=DEADLINE_SECONDS)
        with Store.from_url(url, settings) as store:
            yield store
    except LongshoreError as error:
        raise Complaint(str(error)) from None
