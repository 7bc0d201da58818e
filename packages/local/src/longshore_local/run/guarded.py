"""The supervisor's end of the pipe to the guard."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from typing import Self

GUARD = "longshore_local.run.guard"


class Guarded:
    """Tells the guard which process groups run; use ``open``."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    @asynccontextmanager
    async def open(cls) -> AsyncGenerator[Self]:
        """Start the guard, in a session of its own: a Ctrl-C is not for it."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", GUARD, stdin=asyncio.subprocess.PIPE, start_new_session=True
        )
        try:
            yield cls(process)
        finally:
            if process.stdin:
                process.stdin.close()
            await process.wait()

    def began(self, group: int) -> None:
        """Note a process group to end with us."""
        self._write(f"+{group}\n")

    def ended(self, group: int) -> None:
        """Note that a process group is gone, since its number may be used again."""
        self._write(f"-{group}\n")

    def _write(self, line: str) -> None:
        if self._process.stdin:
            with suppress(ConnectionError):
                self._process.stdin.write(line.encode())
