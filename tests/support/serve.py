"""What a test is given to put an api on a broker of its choice."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import httpx

Serve = Callable[[str], AbstractAsyncContextManager[httpx.AsyncClient]]
