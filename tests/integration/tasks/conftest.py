from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from longshore.testing.ports import free_port


class Sink:
    """A mail server's opinion of what it is given, and what it took."""

    def __init__(self) -> None:
        self.mails: list[Envelope] = []
        self.sessions: list[Session] = []
        self.reply = "250 OK"
        self.refused: dict[str, str] = {}
        self.farewell = "221 Bye"

    async def handle_RCPT(  # noqa: N802 -- aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 -- aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        if self.reply.startswith("2"):
            self.mails.append(envelope)
            self.sessions.append(session)
        return self.reply

    async def handle_QUIT(  # noqa: N802 -- aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        return self.farewell


class Login:
    """Knows one user."""

    def __call__(self, server, session, envelope, mechanism, auth_data: LoginPassword):
        known = (auth_data.login, auth_data.password) == (b"ada", b"secret")
        return AuthResult(success=known, handled=False)


@pytest.fixture
def login() -> Login:
    return Login()


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def serve(sink: Sink) -> Iterator:
    """Starts a mail server for the sink and returns its port."""
    started: list[Controller] = []

    def start(**options) -> int:
        controller = Controller(sink, hostname="127.0.0.1", port=free_port(), **options)
        controller.start()
        started.append(controller)
        return controller.port

    yield start
    for controller in started:
        controller.stop()


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return path
