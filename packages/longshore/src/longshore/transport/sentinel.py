"""Channels on a broker that is found by Sentinel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from longshore.store.connecting import no_retries
from longshore.store.sentinel import SentinelAddress, close_sentinels, managed_class, managed_pool
from longshore.store.tls import with_tls
from longshore.store.url import shown

if TYPE_CHECKING:

    class _Base:
        """What the mix-in expects of kombu's channel."""

        connection: Any
        keyprefix_fanout: str
        max_connections: int
        socket_timeout: float | None
        socket_connect_timeout: float | None
        socket_keepalive: bool | None
        client_name: str | None
        _registered: bool

        def _get_pool(self, asynchronous: bool = False) -> Any: ...
        def _disconnect_pools(self) -> None: ...
        def _on_connection_disconnect(self, connection: Any) -> None: ...

else:
    _Base = object


def sentinel_url(client: Any) -> str | None:
    """The whole Sentinel URL of a kombu connection, which keeps its first word apart."""
    if not str(client.hostname or "").startswith("sentinel://"):
        return None
    return with_tls(f"{client.uri_prefix}+{client.hostname}", client.ssl)


def show_sentinels(transport: Any) -> None:
    """Lets kombu show a Sentinel URL, which it cannot parse: several hosts stand in it."""
    if str(transport.client.hostname or "").startswith("sentinel://"):
        transport.can_parse_url = True
        transport.as_uri = lambda uri, include_password=False, mask="": (  # noqa: ARG005
            f"{transport.client.uri_prefix}+{uri if include_password else shown(uri)}"
        )


class SentinelMixin(_Base):
    """Asks the sentinels for the primary whenever a connection is opened."""

    _asked_pools: list[Any]

    def _get_pool(self, asynchronous: bool = False) -> Any:
        url = sentinel_url(self.connection.client)
        if url is None:
            return super()._get_pool(asynchronous)
        address = SentinelAddress.parse(url)
        self.keyprefix_fanout = self.keyprefix_fanout.format(db=address.db)
        base = managed_class(address)
        watched = self._watched(base) if asynchronous else base
        pool = managed_pool(address, self._sentinel_options(), watched)
        self._asked_pools.append(pool)
        return pool

    def _disconnect_pools(self) -> None:
        super()._disconnect_pools()
        for pool in self._asked_pools:
            close_sentinels(pool)

    def _sentinel_options(self) -> dict[str, Any]:
        return {
            "max_connections": self.max_connections,
            "socket_timeout": self.socket_timeout,
            "socket_connect_timeout": self.socket_connect_timeout,
            "socket_keepalive": self.socket_keepalive,
            "client_name": self.client_name,
            "retry": no_retries(),
        }

    def _tell_kombu(self, connection: Any) -> None:
        if self._registered:
            self._on_connection_disconnect(connection)

    def _watched(self, base: Any) -> Any:
        """The class of the channel's own connections: kombu is told when one is closed."""
        channel = self

        class Watched(base):  # type: ignore[misc]  # which base it is depends on TLS
            def disconnect(self, *args: Any, **options: Any) -> None:
                super().disconnect(*args, **options)
                if channel._registered:
                    channel._on_connection_disconnect(self)

        return Watched
