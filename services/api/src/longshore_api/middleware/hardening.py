"""Headers that keep a browser from making anything of an answer but what it is.

Fetch standard (nosniff), Content Security Policy 3, RFC 9111 (no-store). What is right for a whole
site, such as Strict-Transport-Security, is said where TLS ends.
"""

from __future__ import annotations

Headers = tuple[tuple[bytes, bytes], ...]

_ALWAYS: Headers = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cache-control", b"no-store"),
)
HARDENED: Headers = (
    *_ALWAYS,
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
)
"""For data: nothing in it is loaded or run."""

PAGES = frozenset({"/docs", "/docs/oauth2-redirect", "/redoc"})
"""The framework's own pages, which load their scripts from a network of their maker's choice."""
PAGE: Headers = (*_ALWAYS, (b"content-security-policy", b"frame-ancestors 'none'"))
