"""What is wrong with a request, in the form that the framework would report it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

T = TypeVar("T")
V = TypeVar("V")


class Faults:
    """Gathers the faults of all parts of a request, so that the caller hears of them at once."""

    def __init__(self) -> None:
        self._found: list[dict[str, Any]] = []

    def check(self, validate: Callable[[V], T], value: V, *location: str) -> T | None:
        """Return the validated value, or note what is wrong with it and where."""
        try:
            return validate(value)
        except ValidationError as error:
            # The rejected input stays out of it: it may hold a secret or a megabyte.
            found = error.errors(include_url=False, include_context=False, include_input=False)
            self._found += [{**item, "loc": (*location, *item["loc"])} for item in found]
            return None

    def add(self, kind: str, message: str, *location: str) -> None:
        """Note one fault."""
        self._found.append({"type": kind, "msg": message, "loc": location})

    def end(self) -> None:
        """Raise RequestValidationError when there were any."""
        if self._found:
            raise RequestValidationError(self._found)
