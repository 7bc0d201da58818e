"""The witness of the engine's command line: what it does is a line of the trail as well."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager

from longshore_api.audit.action import Action
from longshore_api.audit.trail import AuditEntry
from longshore_api.cli.opened import opened
from longshore_api.cli.witness import witnessed

DATABASE = "LONGSHORE_DATABASE_URL"


@contextmanager
def watching(action: str, target: str) -> Generator[AuditEntry]:
    """Write an act of ``longshore`` into the trail, where this environment names the database.

    Without that variable the broker may be any app's, and nothing is written.
    """
    if not os.environ.get(DATABASE):
        yield AuditEntry()
        return
    with opened() as engine, witnessed(engine, Action(action), target) as entry:
        yield entry
