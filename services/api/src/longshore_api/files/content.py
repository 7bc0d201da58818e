"""A stored file's bytes as a response, read in threads and never whole in memory."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import BinaryIO
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from longshore_api.middleware.head import WITHOUT_BODY
from longshore_tasks.storage import Storage

CHUNK_BYTES = 256 * 2**10


class StoredContent(Response):
    """Opens the file before the answer begins, so that a missing one is still a 404."""

    def __init__(
        self, storage: Storage, key: str, media_type: str, headers: Mapping[str, str]
    ) -> None:
        super().__init__(media_type=media_type, headers=headers)
        self._storage, self._key = storage, key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the file; raises FileMissing before anything is sent."""
        del receive
        opened = self._storage.open(self._key)
        file = await run_in_threadpool(opened.__enter__)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(run_in_threadpool, opened.__exit__, None, None, None)
            # The file's own length: its row may be older than a file that was replaced.
            self.headers["content-length"] = str(await run_in_threadpool(_length, file))
            start = {"type": "http.response.start", "status": self.status_code}
            await send({**start, "headers": self.raw_headers})
            if WITHOUT_BODY not in scope:
                await _send(file, send)


async def _send(file: BinaryIO, send: Send) -> None:
    while chunk := await run_in_threadpool(file.read, CHUNK_BYTES):
        await send({"type": "http.response.body", "body": chunk, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _length(file: BinaryIO) -> int:
    end = file.seek(0, os.SEEK_END)
    file.seek(0)
    return end


def content_headers(name: str, media_type: str, sha256: str | None = None) -> dict[str, str]:
    """Return headers with which a stored file is shown or saved under its name."""
    shown = "inline" if media_type.startswith("image/") else "attachment"
    headers = {"Content-Disposition": f"{shown}; filename*=UTF-8''{quote(name, safe='')}"}
    return headers | ({"ETag": f'"{sha256}"'} if sha256 else {})
