"""kombu's face of the store: ``longshore://`` and, over TLS, ``longshores://``."""

from __future__ import annotations

from typing import Any

from kombu.transport import redis as kombu_redis

from longshore.transport.channel import Channel, TLSChannel
from longshore.transport.sentinel import show_sentinels

__all__ = ["TLSTransport", "Transport"]


class Transport(kombu_redis.Transport):  # type: ignore[misc]
    """kombu's Redis transport over channels that lose nothing."""

    Channel = Channel
    driver_name = "longshore"
    supports_batch_publish = False
    implements = kombu_redis.Transport.implements.extend(batch_publish=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        show_sentinels(self)


class TLSTransport(Transport):
    """The same over TLS."""

    Channel = TLSChannel
