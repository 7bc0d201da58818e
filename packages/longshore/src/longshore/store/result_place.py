"""Where a result backend connects, in the terms of Celery's own Redis backend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from longshore.store.connecting import no_retries
from longshore.store.sentinel import SentinelAddress, managed_pool
from longshore.store.tls import tls_of, with_tls
from longshore.store.url import is_sentinel, redis_url

DEFAULT_URL = "longshore://localhost:6379/0"
#: What of Celery's settings for connections goes to a server that sentinels point at.
KEPT = ("max_connections", "socket_timeout", "socket_connect_timeout", "client_name")


@dataclass(frozen=True, slots=True)
class BackendPlace:
    """A complete URL, and what Celery's backend is told of it."""

    url: str

    @classmethod
    def of(cls, url: str | None, scheme: str, use_ssl: Any) -> Self:
        """The place of Celery's ``result_backend`` and ``redis_backend_use_ssl``.

        Celery hands ``longshore+sentinel://…`` over as ``sentinel://…``: it is put together again.

        Raises:
            SettingsError: the URL or a TLS option is wrong.
        """
        whole = url or DEFAULT_URL
        if whole.startswith(("sentinel://", "unix://", "socket://")):
            whole = f"{scheme}+{whole}"
        return cls(with_tls(whole, use_ssl))

    @property
    def celery_url(self) -> str | None:
        """What Celery's Redis backend parses; it demands to be told how certificates are checked.

        ``None`` when sentinels know the place.
        """
        tls = tls_of(self.url)
        if is_sentinel(self.url):
            return None
        place = redis_url(self.url).replace("unix://", "socket://", 1)
        if tls is None or "ssl_cert_reqs=" in place:
            return place
        return f"{place}{'&' if '?' in place else '?'}ssl_cert_reqs=required"

    def sentinel_pool(self, params: Mapping[str, Any]) -> Any | None:
        """The connections to whichever server is the primary; ``None`` without sentinels."""
        if not is_sentinel(self.url):
            return None
        kept = {name: params[name] for name in KEPT if params.get(name) is not None}
        address = SentinelAddress.parse(self.url)
        return managed_pool(address, {**kept, "retry": no_retries()})
