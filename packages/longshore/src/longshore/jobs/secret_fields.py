"""Whether a job class would carry a secret: its fields lie in the broker, in the clear."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args, get_origin

from pydantic import BaseModel, Secret, SecretBytes, SecretStr

SECRETS = (Secret, SecretBytes, SecretStr)


def secret_fields(model: type[BaseModel]) -> list[str]:
    """Return the fields typed as a pydantic secret, also those of models within, dotted."""
    return list(_within(model, frozenset()))


def _within(model: type[BaseModel], outer: frozenset[type]) -> Iterator[str]:
    if model in outer:
        return
    for name, field in model.model_fields.items():
        yield from (
            f"{name}.{inner}" if inner else name
            for inner in _hidden(field.annotation, outer | {model})
        )


def _hidden(annotation: Any, outer: frozenset[type]) -> Iterator[str]:
    kind = get_origin(annotation) or annotation
    if isinstance(kind, type) and issubclass(kind, SECRETS):
        yield ""
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        yield from _within(kind, outer)
    for part in get_args(annotation):
        yield from _hidden(part, outer)
