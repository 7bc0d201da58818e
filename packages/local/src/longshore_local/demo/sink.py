"""A mail server that keeps what it gets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage

from aiosmtpd.smtp import SMTP, Envelope, Session

from longshore.errors import SettingsError

LARGEST_MAIL = 40 * 2**20


class MailSink:
    """Holds the mails in the order of their arrival."""

    def __init__(self) -> None:
        self.mails: asyncio.Queue[EmailMessage] = asyncio.Queue()

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it by the name of the SMTP command
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """Take a mail; returns the SMTP reply."""
        content = envelope.content or b""
        data = content if isinstance(content, bytes) else content.encode()
        self.mails.put_nowait(message_from_bytes(data, policy=policy.default))
        return "250 OK"


@asynccontextmanager
async def mail_sink(host: str, port: int) -> AsyncGenerator[MailSink]:
    """Listen for mail.

    Raises:
        SettingsError: the port cannot be used.
    """
    sink = MailSink()
    loop = asyncio.get_running_loop()
    try:
        server = await loop.create_server(
            lambda: SMTP(sink, data_size_limit=LARGEST_MAIL, loop=loop), host, port
        )
    except OSError as error:
        raise SettingsError(
            f"port {port} of {host} cannot be used for mail ({error.strerror}); set "
            "LONGSHORE_SMTP_PORT to another, for the set and for the demo"
        ) from None
    try:
        yield sink
    finally:
        server.close()
