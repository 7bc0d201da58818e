"""The type of the fixture that puts an api on a broker of the test's choice."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import httpx

Serve = Callable[..., AbstractAsyncContextManager[httpx.AsyncClient]]
