"""What a server's error says: of the call, or of the server's state and the user's rights.

Newer servers begin an error with its code; Redis 6.2 puts the code of an error inside a script
behind a dash in the middle. redis-py cuts the codes off that have a class of their own.
"""

from __future__ import annotations

import re

import redis
from redis.exceptions import (
    AuthenticationError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
)

from longshore.errors import BrokerRefused

#: Any error that the server answers with.
ServerRefusal = redis.ResponseError

CLASSES: tuple[tuple[type[Exception], str], ...] = (
    (ReadOnlyError, "READONLY"),
    (OutOfMemoryError, "OOM"),
    (NoPermissionError, "NOPERM"),
    (AuthenticationError, "NOAUTH"),
)

#: The server cannot write now, whatever the call: it answers otherwise in a while, or elsewhere.
CANNOT_WRITE = frozenset(
    {
        *("READONLY", "MISCONF", "LOADING", "MASTERDOWN", "NOREPLICAS"),
        *("CLUSTERDOWN", "TRYAGAIN", "BUSY"),
    }
)
#: These pass by themselves or by what an administrator does: the same call may be taken later.
PASSING = CANNOT_WRITE | {"OOM", "NOPERM", "NOAUTH"}

#: With a code the server says so of each command: one line that says what to do serves better.
SHOWN = {
    "OOM": "its memory is full (OOM, maxmemory): it takes new work again when jobs have ended"
    " or maxmemory is raised",
    "MISCONF": "it cannot write to its disk (MISCONF): see its log",
    "READONLY": "it is a read-only replica (READONLY)",
}

_CODE = re.compile(
    r"(?:^|-)(READONLY|UNBLOCKED|OOM|MISCONF|NOPERM|NOAUTH|WRONGPASS|LOADING|MASTERDOWN"
    r"|NOREPLICAS|CLUSTERDOWN|TRYAGAIN|BUSY)\b"
)
#: What scripts say of a command that the user may not give, on Redis 7 and on 6.2.
_NO_RIGHT = ("ACL failure in script", "The user executing the script can't")
_SAME = {"UNBLOCKED": "READONLY", "WRONGPASS": "NOAUTH"}


def code_of(error: Exception) -> str:
    """The code of an error that may pass; empty for one that is about the call itself."""
    for kind, code in CLASSES:
        if isinstance(error, kind):
            return code
    text = str(error)
    if any(words in text for words in _NO_RIGHT):
        return "NOPERM"
    found = _CODE.search(text)
    return _SAME.get(found[1], found[1]) if found else ""


def is_demotion(error: Exception) -> bool:
    """Whether this server has become a replica: who is the primary must be asked again."""
    return code_of(error) == "READONLY"


def refusal(place: str, name: str, error: Exception) -> BrokerRefused:
    """The server's answer to a call as an error of one line."""
    code = code_of(error)
    return BrokerRefused(f"broker {place} refused {name}: {SHOWN.get(code, error)}", code)


def passes(error: BrokerRefused) -> bool:
    """Whether the same call may be taken later."""
    return error.code in PASSING


def cannot_write(error: BrokerRefused) -> bool:
    """Whether the server takes no write at all now."""
    return error.code in CANNOT_WRITE
