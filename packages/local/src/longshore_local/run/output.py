"""What a program writes, line by line.

A pipe of our own, not asyncio's: there, ``Process.wait`` also waits for the pipe's end before
Python 3.13, and the children of a killed worker hold it open.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, Generator
from contextlib import contextmanager

CHUNK = 65_536


@contextmanager
def pipe() -> Generator[tuple[int, int]]:
    """Return the reading and the writing end; the latter is closed here, both on an error."""
    reading, writing = os.pipe()
    try:
        yield reading, writing
    except BaseException:
        os.close(reading)
        raise
    finally:
        os.close(writing)


async def lines(reading: int) -> AsyncGenerator[str]:
    """Yield the lines that are not empty until nobody holds the other end; closes this one."""
    stream = asyncio.StreamReader()
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(reading, "rb")
    )
    rest = b""
    try:
        while chunk := await stream.read(CHUNK):
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                if text := line.decode(errors="replace").rstrip():
                    yield text
        if rest:
            yield rest.decode(errors="replace")
    finally:
        transport.close()
