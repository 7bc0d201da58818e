"""TLS before a server that speaks none, with certificates of an authority made for the test."""

from __future__ import annotations

import asyncio
import ssl
import threading
from pathlib import Path
from typing import Self

import trustme


class TLSFront:
    """Listens with TLS and hands everything on to a port of the loopback address."""

    def __init__(self, behind: int, folder: Path, *, ask_clients: bool = False) -> None:
        self._behind = behind
        self.authority = _authority(folder / "ca.pem")
        self.ca_certs = folder / "ca.pem"
        self.client_certificate = folder / "client.pem"
        self._context = _context(*self.authority, ask_clients=ask_clients)
        self.authority[0].issue_cert(
            "client@example.org"
        ).private_key_and_cert_chain_pem.write_to_path(str(self.client_certificate))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="tls-front")

    @property
    def url(self) -> str:
        """The broker URL, with the authority in it."""
        return f"{self.bare_url}?ssl_ca_certs={self.ca_certs}"

    @property
    def bare_url(self) -> str:
        """The broker URL without options."""
        return f"longshores://127.0.0.1:{self.port}/0"

    def __enter__(self) -> Self:
        self._thread.start()
        listening = asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._context)
        self._server = asyncio.run_coroutine_threadsafe(listening, self._loop).result(10)
        self.port: int = self._server.sockets[0].getsockname()[1]
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
        server, on = await asyncio.open_connection("127.0.0.1", self._behind)
        try:
            await asyncio.gather(_copy(client, on), _copy(server, back))
        except asyncio.CancelledError:
            return
        finally:
            back.transport.abort()
            on.transport.abort()


def _authority(path: Path) -> tuple[trustme.CA, trustme.LeafCert]:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(path))
    return authority, authority.issue_cert("127.0.0.1")


def _context(
    authority: trustme.CA, certificate: trustme.LeafCert, *, ask_clients: bool
) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    certificate.configure_cert(context)
    if ask_clients:
        authority.configure_trust(context)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    try:
        while data := await source.read(65536):
            target.write(data)
            await target.drain()
    except (OSError, ssl.SSLError):
        return
    finally:
        target.transport.abort()
