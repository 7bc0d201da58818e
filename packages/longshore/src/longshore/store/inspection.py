"""What a broker tells of itself, for ``longshore doctor``: nothing here changes anything."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from longshore.store.call import Call, text
from longshore.store.scripts import load
from longshore.store.stores import Store

PAGE = 500
#: Pages of keys that are looked at: a very large database is sampled.
MOST_PAGES = 400


@dataclass(frozen=True, slots=True)
class Server:
    """The server's time, and its INFO as words."""

    time: float
    info: dict[str, str]


@dataclass(frozen=True, slots=True)
class Orphans:
    """What belongs to nobody; ``whole`` is false when only a part of the keys was looked at."""

    replies: int
    bells: int
    records: int
    claims: int
    whole: bool

    @property
    def total(self) -> int:
        """All of them."""
        return self.replies + self.bells + self.records + self.claims


def server() -> Call[Server]:
    """Asks the server about itself."""
    return Call(
        load("server"), lambda _: (), lambda answer: Server(float(answer[0]), _words(answer[1]))
    )


def _words(info: bytes | str) -> dict[str, str]:
    lines = (line.partition(":") for line in text(info).splitlines() if ":" in line)
    return {name: value for name, _, value in lines}


def refused(commands: Sequence[Sequence[str]]) -> Call[tuple[str, ...] | None]:
    """Which of these commands the login may not give; ``None`` when the server cannot tell."""
    return Call(
        load("rights"),
        lambda _: (json.dumps(commands),),
        lambda answer: tuple(map(text, answer[1])) if answer[0] else None,
    )


def configured(store: Store, name: str) -> str | None:
    """A value of the server's configuration; ``None`` when the login may not read it."""
    answer = _asked(store, "CONFIG", "GET", name)
    words = [word for pair in answer.items() for word in pair] if _is_map(answer) else answer
    return text(words[1]) if words else None


def default_user(store: Store) -> str | None:
    """What the server's default user may do, as rules; ``None`` when the login may not see it."""
    answer = _asked(store, "ACL", "GETUSER", "default")
    if not answer:
        return None
    pairs = answer if _is_map(answer) else dict(zip(answer[::2], answer[1::2], strict=True))
    told = {text(name): value for name, value in pairs.items()}
    keys = told["keys"]
    # Redis before 7 lists patterns without their sign.
    shown = keys if isinstance(keys, bytes | str) else " ".join(f"~{text(key)}" for key in keys)
    return f"{text(told['commands'])} {text(shown)}".strip()


def _asked(store: Store, *words: str) -> Any:
    """The answer to a command that most logins rightly may not give; ``None`` for such."""
    connection = store.new_connection()
    try:
        connection.connect()
        connection.send_command(*words)
        return connection.read_response()
    except Exception:  # noqa: BLE001  whatever it was, it is not visible
        return None
    finally:
        connection.disconnect()


def _is_map(answer: Any) -> bool:
    return isinstance(answer, dict)


def orphans(store: Store) -> Orphans:
    """Looks for what belongs to nobody, a page at a time.

    Raises:
        BrokerError: the broker did not answer, or refused.
    """
    replies = bells = records = 0
    cursor, pages = "0", 0
    while pages == 0 or (cursor != "0" and pages < MOST_PAGES):
        found = store.run(_page("orphans", cursor))
        cursor, pages = text(found[0]), pages + 1
        replies, bells, records = replies + found[1], bells + found[2], records + found[3]
    return Orphans(replies, bells, records, _unleased(store), cursor == "0")


def _unleased(store: Store) -> int:
    claims, cursor, pages = 0, "0", 0
    while pages == 0 or (cursor != "0" and pages < MOST_PAGES):
        found = store.run(_page("unleased", cursor))
        cursor, pages, claims = text(found[0]), pages + 1, claims + found[1]
    return claims


def _page(script: str, cursor: str) -> Call[Any]:
    return Call(load(script), lambda _: (cursor, PAGE), lambda answer: answer)
