"""What an administrator does on the command line is written down as well."""

from __future__ import annotations

import getpass
import os
from collections.abc import Generator
from contextlib import contextmanager

from sqlalchemy import Engine

from longshore_api.audit.action import Action
from longshore_api.audit.trail import Act, AuditEntry, recorded


@contextmanager
def witnessed(engine: Engine, action: Action, target: str) -> Generator[AuditEntry]:
    """Write an act of the user of this terminal into the trail."""
    with recorded(engine, Act(_user(), "command line", action, target), AuditEntry()) as entry:
        yield entry


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        # A container's user may have a number only.
        return f"uid {os.getuid()}"
