"""The broker's URL out of a Celery app's configuration, complete: it alone says how to connect."""

from __future__ import annotations

from typing import Any

from longshore.store.tls import with_tls


def broker_url_of(conf: Any, *, reading: bool = False) -> str:
    """The URL that the app publishes to, or consumes from; the first one of several.

    Celery's ``broker_use_ssl`` is put into it when the broker is one of Longshore's.

    Raises:
        SettingsError: a TLS option is wrong.
    """
    chosen = (conf.broker_read_url if reading else conf.broker_write_url) or conf.broker_url or ""
    url = str(chosen if isinstance(chosen, str) else chosen[0]).split(";")[0]
    return with_tls(url, conf.broker_use_ssl) if url.startswith("longshore") else url
