"""A chord's last member enqueues its body; the ways are those of ``celery.backends.redis``.

What differs: a part counts only under a claim that is still held, and the body is one job however
often the last member runs. Celery's own way is a mark that ends after some seconds: a member that
was killed behind the mark and runs again before it has ended passes over the body, for good.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from celery.canvas import maybe_signature
from celery.exceptions import ChordError
from celery.result import GroupResult, allow_join_result
from celery.utils.log import get_logger

from longshore.current import one_publish
from longshore.store.chords import Part

logger = get_logger(__name__)


def part_of(backend: Any, request: Any, state: str, result: Any) -> Part:
    """The outcome of a member, in Celery's encoding."""
    index = request.group_index
    return Part(
        group=request.group,
        member=request.id,
        document=backend.encode([1, request.id, state, backend.encode_result(result, state)]),
        ordered=backend._chord_zset,  # noqa: SLF001  Celery's setting for it
        index="+inf" if index is None else index,
        ttl_seconds=backend.chord_expires or 0,
    )


def finish(backend: Any, request: Any, nonce: str) -> bool:
    """Enqueues the body with the results of the header, or fails it when a member has failed.

    Tells whether the parts have been passed on; those of a header that failed can still be read.
    """
    body = maybe_signature(request.chord, app=backend.app)
    try:
        values = _values(backend, request.group)
    except Exception as error:
        logger.exception("chord %s has failed", request.group)
        _fail(backend, body, error, "Join error")
        return False
    try:
        with one_publish(nonce):
            backend.app.amqp._retry_publish(body.delay, values)  # noqa: SLF001
    except Exception as error:
        logger.exception("the body of chord %s cannot be enqueued", request.group)
        _fail(backend, body, error, "Callback error")
    return True


def _fail(backend: Any, body: Any, error: Exception, what: str) -> None:
    told = error if isinstance(error, ChordError) else ChordError(f"{what}: {error!r}")
    backend.chord_error_from_stack(body, told)


def _values(backend: Any, group: str) -> list[Any]:
    nested = GroupResult.restore(group, app=backend.app, backend=backend)
    if nested is None:
        return _parts(backend, group)
    nested.on_ready()
    join: Callable[..., list[Any]] = (
        nested.join_native if nested.supports_native_join else nested.join
    )
    allowed: AbstractContextManager[None] = allow_join_result()
    with allowed:
        return join(timeout=backend.app.conf.result_chord_join_timeout, propagate=True)


def _parts(backend: Any, group: str) -> list[Any]:
    """Results in the header's order.

    Raises:
        ChordError: a member has failed.
    """
    name = backend.get_key_for_group(group, ".j")
    read = backend.client.zrange if backend._chord_zset else backend.client.lrange  # noqa: SLF001
    return [
        backend._unpack_chord_result(document, backend.decode)  # noqa: SLF001
        for document in read(name, 0, -1)
    ]
