"""TLS before a server that speaks none, with certificates of an authority made for the test."""

from __future__ import annotations

import ssl
from pathlib import Path

import trustme

from support.front import Front


class TLSFront(Front):
    """Listens with TLS and hands everything on to a port of the loopback address."""

    def __init__(self, behind: int, folder: Path, *, ask_clients: bool = False) -> None:
        self.authority = _authority(folder / "ca.pem")
        self.ca_certs = folder / "ca.pem"
        self.client_certificate = folder / "client.pem"
        super().__init__(behind, _context(*self.authority, ask_clients=ask_clients))
        self.authority[0].issue_cert(
            "client@example.org"
        ).private_key_and_cert_chain_pem.write_to_path(str(self.client_certificate))

    @property
    def url(self) -> str:
        """The broker URL, with the authority in it."""
        return f"{self.bare_url}?ssl_ca_certs={self.ca_certs}"

    @property
    def bare_url(self) -> str:
        """The broker URL without options."""
        return f"longshores://127.0.0.1:{self.port}/0"


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
