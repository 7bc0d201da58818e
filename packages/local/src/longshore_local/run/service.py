"""One running program, its output and its end."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress

from longshore_local.run.console import Console
from longshore_local.run.guarded import Guarded
from longshore_local.run.output import lines, pipe
from longshore_local.run.program import Program

# A process that left the group may hold the pipe open for longer than the program lived.
LAST_WORDS_SECONDS = 2.0


class Service:
    """A program in a session of its own, so that a Ctrl-C in the terminal reaches only us."""

    def __init__(self, program: Program, console: Console, guarded: Guarded) -> None:
        self.program = program
        self._console = console
        self._guarded = guarded
        self._process: asyncio.subprocess.Process | None = None
        self._output: asyncio.Task[None] | None = None

    @property
    def name(self) -> str:
        """The program's name."""
        return self.program.name

    async def start(self) -> None:
        """Start it; its output goes to the console from now on."""
        with pipe() as (reading, writing):
            self._process = await self.spawn(writing)
        self._guarded.began(self._process.pid)
        self._output = asyncio.create_task(self._pass_on(reading))

    async def spawn(self, writing: int) -> asyncio.subprocess.Process:
        """Start the process, with its output to the file descriptor ``writing``."""
        return await asyncio.create_subprocess_exec(
            *self.program.command,
            env={**os.environ, **self.program.environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=writing,
            stderr=writing,
            start_new_session=True,
        )

    async def ended(self) -> str:
        """Wait for its end and return how it ended, in words; what it left behind is killed."""
        if self._process is None:
            return "did not start"
        process = self._process
        code = await process.wait()
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        if self._output:
            await asyncio.wait((self._output,), timeout=LAST_WORDS_SECONDS)
        self._guarded.ended(process.pid)
        return in_words(code)

    async def stop(self, hurry: asyncio.Event) -> bool:
        """Ask it to end and wait; kill it when its time is over or there is a hurry.

        Returns whether it ended by itself. Only the main process is asked: it knows what to do
        with the others, and a worker's running jobs would be cut short.
        """
        process = self._process
        if process is None or process.returncode is not None:
            return True
        process.terminate()
        by_itself = await self._ends_in_time(process, hurry)
        if not by_itself:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        await self.ended()
        return by_itself

    async def _ends_in_time(
        self, process: asyncio.subprocess.Process, hurry: asyncio.Event
    ) -> bool:
        end, hurried = asyncio.create_task(process.wait()), asyncio.create_task(hurry.wait())
        done, pending = await asyncio.wait(
            (end, hurried),
            timeout=self.program.stop_seconds,
            return_when=asyncio.FIRST_COMPLETED,
        )
        for task in pending:
            task.cancel()
        return end in done

    async def _pass_on(self, reading: int) -> None:
        async for text in lines(reading):
            self._console.line(self.name, text)


def in_words(code: int) -> str:
    """Return how a process ended, from its return code."""
    if code < 0:
        return f"was killed by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"
