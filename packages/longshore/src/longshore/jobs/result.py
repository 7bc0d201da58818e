"""What a handler returns, as the JSON that is stored."""

from __future__ import annotations

from typing import cast

from pydantic import JsonValue
from pydantic_core import PydanticSerializationError, to_jsonable_python

from longshore.errors import Permanent


class UnstorableResult(Permanent):
    """A handler returned something that JSON cannot hold."""


def to_json(result: object) -> JsonValue:
    """Return a model, dataclass or plain value as JSON values; raises UnstorableResult."""
    try:
        return cast("JsonValue", to_jsonable_python(result))
    except PydanticSerializationError as error:
        message = f"a handler returned a {type(result).__name__}: return a model or plain JSON"
        raise UnstorableResult(message) from error
