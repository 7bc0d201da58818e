"""A request to enqueue, read in one go: body, wishes, idempotency key."""

from __future__ import annotations

from typing import Any, NamedTuple

from pydantic import TypeAdapter
from starlette.datastructures import QueryParams
from starlette.types import Receive, Scope

from longshore_api.direct.body import is_json, read_body
from longshore_api.direct.faults import Faults
from longshore_api.jobs.key import KEY_HEADER, KeyText
from longshore_api.jobs.wishes import Wishes
from longshore_api.repeated import KIND, MESSAGE, repeated

NO_WISHES = Wishes()
_KEY_NAME = KEY_HEADER.lower().encode()
_key: TypeAdapter[str] = TypeAdapter(KeyText)


class Asked(NamedTuple):
    """What a caller asks for; valid when there were no faults."""

    body: Any
    wishes: Wishes
    idempotency_key: str | None


class Reader:
    """Reads requests whose body is JSON of one type."""

    def __init__(self, body_type: Any) -> None:
        self._body: TypeAdapter[Any] = TypeAdapter(body_type)

    async def read(self, scope: Scope, receive: Receive) -> Asked:
        """Return what is asked for.

        Raises:
            RequestValidationError: it does not fit; every fault is named, as the framework would.
        """
        raw = await read_body(receive)
        content_type, key = _headers(scope)
        faults = Faults()
        asked = (
            _wishes(scope, faults),
            _checked(key, faults),
            self._job(raw, content_type, faults),
        )
        faults.end()
        return Asked(asked[2], asked[0] or NO_WISHES, asked[1])

    def _job(self, raw: bytes, content_type: bytes, faults: Faults) -> Any:
        if not raw:
            faults.add("missing", "Field required", "body")
        elif not is_json(content_type):
            faults.add("not_json", "Send JSON, with Content-Type: application/json", "body")
        else:
            return faults.check(self._strictly, raw, "body")
        return None

    def _strictly(self, raw: bytes) -> Any:
        """JSON has types, which are those that the document asks for: "1" is no number."""
        return self._body.validate_json(raw, strict=True)


def _wishes(scope: Scope, faults: Faults) -> Wishes | None:
    if not scope["query_string"]:
        return None
    query = QueryParams(scope["query_string"])
    for name in repeated(query):
        faults.add(KIND, MESSAGE, "query", name)
    return faults.check(Wishes.model_validate, dict(query), "query")


def _checked(key: str | None, faults: Faults) -> str | None:
    return None if key is None else faults.check(_key.validate_python, key, "header", KEY_HEADER)


def _headers(scope: Scope) -> tuple[bytes, str | None]:
    content_type, key = b"", None
    for name, value in scope["headers"]:
        if name == b"content-type":
            content_type = value
        elif name == _KEY_NAME:
            key = value.decode("latin-1")
    return content_type, key
