"""Script calls on the wire, several times as fast as the client packs them.

The client is ready for words of every kind and for commands of two words; ours are plain, and an
enqueue of 1,000 jobs has 6,000 of them. Source: RESP, arrays of bulk strings,
https://redis.io/docs/latest/develop/reference/protocol-spec/
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

#: Nearly half of a call's words are empty, or a digit.
_SHORT = {word: f"${len(word)}\r\n{word}\r\n" for word in ("", *"0123456789")}


def pack(words: Sequence[Any]) -> bytes:
    """A command of words that are bytes, or whose text is what is meant.

    What UTF-8 has no form for is written out: a file's name that could not be decoded has lone
    surrogates in it, and may be in any text.
    """
    texts = [f"*{len(words)}\r\n", *map(_bulk, words)]
    command = "".join(texts)
    # In ASCII, and nearly all of it is, a text is as long as its bytes.
    return command.encode() if command.isascii() else _pack_bytes(words)


def _bulk(word: Any) -> str:
    text = word.decode("latin-1") if type(word) is bytes else str(word)
    return _SHORT.get(text) or f"${len(text)}\r\n{text}\r\n"


def _pack_bytes(words: Sequence[Any]) -> bytes:
    raw = [
        word if type(word) is bytes else str(word).encode(errors="backslashreplace")
        for word in words
    ]
    bulks = [b"$%d\r\n%b\r\n" % (len(word), word) for word in raw]
    return b"".join([b"*%d\r\n" % len(raw), *bulks])
