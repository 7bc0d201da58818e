from __future__ import annotations

from typing import Any

import pytest
import redis.asyncio

from longshore.store.packing import pack, quicken

WORDS: list[tuple[Any, ...]] = [
    ("EVALSHA", "f" * 40, 0),
    ("EVALSHA", "f" * 40, 0, "", "0", "9", "10", b"", b"7", 5, 2.5),
    ("EVALSHA", "f" * 40, 0, "grün", b"gr\xc3\xbcn", b"\xff\x00", "two\r\nlines"),
]


@pytest.mark.parametrize("words", WORDS)
def test_a_call_is_packed_as_the_client_packs_it(words: tuple[Any, ...]) -> None:
    client = redis.asyncio.Connection()
    assert pack(words) == b"".join(client.pack_command(*words))


@pytest.mark.parametrize(
    "kind",
    [
        redis.asyncio.Connection,
        redis.asyncio.SSLConnection,
        redis.asyncio.UnixDomainSocketConnection,
    ],
)
def test_connections_of_every_kind_pack_alike(kind: type[Any]) -> None:
    pool = redis.asyncio.ConnectionPool(connection_class=kind)
    quicken(pool)
    connection = pool.make_connection()
    assert isinstance(connection, kind)
    for words in (*WORDS, ("CLIENT SETINFO", "LIB-NAME", "x"), ("SELECT", 3)):
        assert b"".join(connection.pack_command(*words)) == b"".join(kind().pack_command(*words))


def test_a_pool_is_quickened_once() -> None:
    pool = redis.asyncio.ConnectionPool()
    quicken(pool)
    kind = pool.connection_class
    quicken(pool)
    assert pool.connection_class is kind
