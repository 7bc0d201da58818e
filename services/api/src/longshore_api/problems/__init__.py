"""Errors as ``application/problem+json``."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from longshore_api.problems.handlers import KINDS, answer_http, answer_invalid, answer_known

Answer = Callable[[Request, Any], Coroutine[Any, Any, Response]]

HANDLERS: dict[int | type[Exception], Answer] = {
    **dict.fromkeys(KINDS, answer_known),
    RequestValidationError: answer_invalid,
    HTTPException: answer_http,
}
"""What ``create_app`` gives to FastAPI as ``exception_handlers``."""
