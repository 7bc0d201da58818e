"""In front of a server on the loopback address: hands everything on, in TLS, slowly, or not."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable
from typing import Self


class Front:
    """Listens on a port of its own before that of a server.

    Connections that come after ``behind`` was set go to another server. Each piece of what the
    server answers is handed on ``answers_after`` seconds later. Of the first connection whose
    client sends ``unanswered`` no more answers are handed on; with ``cuts`` it is closed when the
    first of them comes.
    """

    def __init__(
        self,
        behind: int,
        context: ssl.SSLContext | None = None,
        answers_after: float = 0.0,
        unanswered: bytes = b"",
        port: int = 0,
        *,
        cuts: bool = False,
    ) -> None:
        self.behind, self._context, self._answers_after = behind, context, answers_after
        self._unanswered, self.port = unanswered, port
        self.cuts, self.has_cut = cuts, False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="front")

    def __enter__(self) -> Self:
        self._thread.start()
        listening = asyncio.start_server(self._serve, "127.0.0.1", self.port, ssl=self._context)
        self._server = asyncio.run_coroutine_threadsafe(listening, self._loop).result(10)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _close(self) -> None:
        self._server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        # a transport closes its socket in the rounds of the loop that follow
        for _ in range(20):
            await asyncio.sleep(0.005)

    async def _serve(self, client: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        server, on = await asyncio.open_connection("127.0.0.1", self.behind)
        line = _Line(self)
        try:
            await asyncio.gather(
                _copy(client, on, line.ask), _copy(server, back, line.answer, self._answers_after)
            )
        except asyncio.CancelledError:
            return
        finally:
            back.transport.abort()
            on.transport.abort()

    def leaves_unanswered(self, data: bytes) -> bool:
        """Whether this is the question that gets no answer; it is one only once."""
        found = bool(self._unanswered) and self._unanswered in data
        if found:
            self._unanswered = b""
        return found


class _Line:
    """One connection."""

    def __init__(self, front: Front) -> None:
        self._front, self._silent = front, False

    def ask(self, data: bytes) -> bytes:
        self._silent = self._silent or self._front.leaves_unanswered(data)
        return data

    def answer(self, data: bytes) -> bytes:
        if self._silent and self._front.cuts:
            self._front.has_cut = True
            raise ConnectionResetError
        return b"" if self._silent else data


async def _copy(
    source: asyncio.StreamReader,
    target: asyncio.StreamWriter,
    passed: Callable[[bytes], bytes],
    after: float = 0.0,
) -> None:
    try:
        while data := await source.read(65536):
            await asyncio.sleep(after)
            target.write(passed(data))
            await target.drain()
    except (OSError, ssl.SSLError):
        return
    finally:
        target.transport.abort()
