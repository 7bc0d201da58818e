from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine

from longshore_api.access import keys
from longshore_api.access.keys import Grant
from longshore_api.access.scope import Scope
from longshore_api.access.secret import NewKey
from longshore_api.settings import ApiSettings

MakeKey = Callable[..., NewKey]


@pytest.fixture
def more() -> dict[str, Any]:
    """What a test sets besides."""
    return {}


@pytest.fixture
def settings(settings: ApiSettings, more: dict[str, Any]) -> ApiSettings:
    """Authentication on; nothing is remembered, unless a test says so."""
    own = {"auth": "required", "auth_cache_seconds": 0.0, "auth_stale_seconds": 0.0, **more}
    return settings.model_copy(update=own)


@pytest.fixture
def engine(app: FastAPI) -> Engine:
    found: Engine = app.state.resources.engine
    return found


@pytest.fixture
def make_key(engine: Engine) -> MakeKey:
    def make(*scopes: Scope, client: str = "shop", **more: Any) -> NewKey:
        return keys.create(engine, Grant(client, frozenset(scopes or Scope), **more))

    return make
