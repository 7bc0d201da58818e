from __future__ import annotations

import os
from typing import Any

import pytest
import redis.asyncio

from longshore.store.packing import pack

WORDS: list[tuple[Any, ...]] = [
    ("EVALSHA", "f" * 40, 0),
    ("EVALSHA", "f" * 40, 0, "", "0", "9", "10", b"", b"7", 5, 2.5),
    ("EVALSHA", "f" * 40, 0, "grün", b"gr\xc3\xbcn", b"\xff\x00", "two\r\nlines"),
]


@pytest.mark.parametrize("words", WORDS)
def test_a_call_is_packed_as_the_client_packs_it(words: tuple[Any, ...]) -> None:
    client = redis.asyncio.Connection()
    assert pack(words) == b"".join(client.pack_command(*words))


def test_a_lone_surrogate_is_written_out():
    name = os.fsdecode(b"caf\xe9")
    assert pack(["SET", name]) == b"*2\r\n$3\r\nSET\r\n$9\r\ncaf\\udce9\r\n"
