"""An operation on the store as a value: which script, with what, and how to read the answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from longshore.envelope import Post
from longshore.store.scripts import Script
from longshore.store.settings import StoreSettings

T_co = TypeVar("T_co", covariant=True)

Argument = str | bytes | int | float


@dataclass(frozen=True, slots=True)
class Call(Generic[T_co]):
    """One script call. ``arguments`` sees the settings, since limits and leases live there.

    ``read`` turns the server's answer into the result; it may raise the errors that the
    function that made the call names. ``accepts`` means that it enqueues: replicas are to confirm
    it when ``StoreSettings.replicas_to_confirm`` says so. Where another broker holds the messages,
    it gets ``posts``, and what is left to do here then is ``beside``, if that is set.
    """

    script: Script
    arguments: Callable[[StoreSettings], Sequence[Argument]]
    read: Callable[[Any], T_co]
    accepts: bool = False
    posts: Sequence[Post] = ()
    beside: Call[T_co] | None = None

    def argv(self, settings: StoreSettings) -> list[Argument]:
        """The script's whole ARGV: the key prefix, then the call's own arguments."""
        return [settings.key_prefix, *self.arguments(settings)]


def text(value: bytes | str | None) -> str:
    """The server's answer as text; bytes that are not UTF-8 are kept readable, not refused."""
    if value is None:
        return ""
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else value


def fields(flat: Sequence[bytes]) -> dict[str, str]:
    """A hash as HGETALL answers it inside a script (field, value, field, value…)."""
    words = [text(item) for item in flat]
    return dict(zip(words[::2], words[1::2], strict=True))
