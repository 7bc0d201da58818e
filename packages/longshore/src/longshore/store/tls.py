"""TLS towards the broker: its options, checked before anything connects.

They stand in the URL's query or in Celery's ``broker_use_ssl``; the names are redis-py's.
Certificates are verified unless ``ssl_cert_reqs=none`` says otherwise.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from longshore.errors import SettingsError
from longshore.store.url import TLS_SCHEMES, scheme_of

FILES = ("ssl_ca_certs", "ssl_certfile", "ssl_keyfile")
NAMES = (*FILES, "ssl_ca_path", "ssl_cert_reqs", "ssl_check_hostname", "ssl_password")
REQUIREMENTS = {
    "required": "required",
    "optional": "optional",
    "none": "none",
    "CERT_REQUIRED": "required",
    "CERT_OPTIONAL": "optional",
    "CERT_NONE": "none",
    ssl.CERT_REQUIRED: "required",
    ssl.CERT_OPTIONAL: "optional",
    ssl.CERT_NONE: "none",
}


def tls_options(chosen: Any) -> dict[str, Any]:
    """The options of a TLS connection, from ``True`` or a mapping as Celery's setting is.

    Raises:
        SettingsError: a name is not known, a file cannot be read, or a value makes no sense.
    """
    options = dict(chosen) if isinstance(chosen, Mapping) else {}
    for name in options:
        if name not in NAMES:
            raise SettingsError(f"TLS option {name!r} is not known; there are {', '.join(NAMES)}")
    for name in FILES:
        if (path := options.get(name)) and not os.access(path, os.R_OK):
            raise SettingsError(f"{name} is {path}, which cannot be read")
    options["ssl_cert_reqs"] = _requirement(options.get("ssl_cert_reqs", "required"))
    options["ssl_check_hostname"] = _flag(options.get("ssl_check_hostname", True))
    return options


def _requirement(value: Any) -> str:
    try:
        return REQUIREMENTS[value]
    except (KeyError, TypeError):
        raise SettingsError(
            f"ssl_cert_reqs is {value!r} but must be required, optional or none"
        ) from None


def _flag(value: Any) -> bool:
    return str(value).lower() not in {"false", "0", "no", "off"}


def tls_of(url: str) -> dict[str, Any] | None:
    """The TLS options in a URL; ``None`` when it asks for a connection in the clear.

    Raises:
        SettingsError: as ``tls_options``, or TLS options stand in a URL that asks for none.
    """
    scheme = scheme_of(url)
    query = dict(parse_qsl(urlsplit(url).query))
    options = {name: value for name, value in query.items() if name.startswith("ssl_")}
    if scheme in TLS_SCHEMES:
        return tls_options(options)
    if options:
        raise SettingsError(
            f"the URL has TLS options but {scheme}:// is in the clear; use longshores://"
        )
    return None


def with_tls(url: str, chosen: Any) -> str:
    """The URL with Celery's ``broker_use_ssl`` in it, so that the URL alone says how to connect.

    Options in the URL come first; then those of the setting are not looked at.

    Raises:
        SettingsError: an option is wrong.
    """
    scheme, parts = scheme_of(url), urlsplit(url)
    named = any(name.startswith("ssl_") for name, _ in parse_qsl(parts.query))
    if not chosen or named or "unix" in scheme or "socket" in scheme:
        return url
    words = urlencode({name: str(value) for name, value in tls_options(chosen).items()})
    query = f"{parts.query}&{words}" if parts.query else words
    return urlunsplit(parts._replace(scheme=_secure(scheme), query=query))


def _secure(scheme: str) -> str:
    return scheme if scheme in TLS_SCHEMES else scheme.replace("longshore", "longshores", 1)


def without_tls_options(url: str) -> str:
    """The URL less its TLS options, which redis-py would put before the checked ones."""
    parts = urlsplit(url)
    kept = [word for word in parts.query.split("&") if not word.startswith("ssl_")]
    return urlunsplit(parts._replace(query="&".join(kept)))


def certificate_error(error: BaseException | None) -> str | None:
    """What was wrong with a certificate or handshake, if that is what an error is about."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return f"its certificate cannot be verified: {error.verify_message}"
        if isinstance(error, ssl.SSLError):
            return f"the TLS handshake failed: {error.reason or error}"
        error = error.__cause__ or error.__context__
    return None
