"""A credential as a header."""

from __future__ import annotations

from longshore_api.access.secret import NewKey


def bearer(key: NewKey | str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key if isinstance(key, str) else key.key}"}
