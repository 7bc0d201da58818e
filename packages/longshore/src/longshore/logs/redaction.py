"""Keep secrets out of the logs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from structlog.typing import EventDict, WrappedLogger

MASK = "***"
#: A longer text loses its middle before it is looked through: a caller may send megabytes.
MOST_LETTERS = 20_000
#: A word is not cut in two, unless it is longer than this: half a secret might not be known as one.
MOST_IN_A_WORD = 1000
# A caller may choose these texts: each pattern begins at one position of a run of characters, so
# that its cost grows with the length of the text and not with its square.
# From the colon after a user (perhaps none) to the last @ of the authority (RFC 3986, 3.2).
_URL_PASSWORD = re.compile(
    r"(?P<start>(?<![a-zA-Z0-9+.-])[a-zA-Z0-9+.-]{1,40}://[^\s/:@?#]*:)[^\s/?#]*(?=@)"
)
_SPACE = re.compile(r"\s")
_SECRET_NAME = re.compile(r"password|passwd|secret|token|authorization|api[_-]?key", re.IGNORECASE)
# A name and its value, as settings, headers, JSON and Python write them.
_NAME = re.compile(r"""(?<![\w-])(?P<word>[\w-]+)["']?\s*[=:]\s*""")
# A quoted one may end with the text, which was cut there.
_VALUE = re.compile(
    r"""(?:(?:bearer|basic)\s+)?(?:"[^"]*(?:"|\Z)|'[^']*(?:'|\Z)|[^\s,;&)}\]"']+)""",
    re.IGNORECASE,
)
# Keys and tokens by their shape: a key to the api, a JSON Web Token (RFC 7519), and whatever
# follows the name of the scheme (RFC 6750).
_TOKEN = re.compile(
    r"(?<![\w-])(?:lsk_[0-9a-f]+_[\w-]+|eyJ[\w-]+\.[\w-]+\.[\w-]*)"
    r"|(?<=\bbearer )[^\s,;&)}\]\"']{8,}",
    re.IGNORECASE,
)


def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Structlog processor: mask fields with a secret's name and passwords within URLs."""
    return {name: _safe(name, value) for name, value in event.items()}


def redact_text(text: str) -> str:
    """Return the text with passwords in URLs, the values of secret names and tokens masked.

    Of a long one the beginning and the end.
    """
    return _masked(shortened(text))


def shortened(text: str) -> str:
    """Return the text or, when it has more than ``MOST_LETTERS``, its two ends between words."""
    if len(text) <= MOST_LETTERS:
        return text
    half = MOST_LETTERS // 2
    head, tail = text[:half], text[-half:]
    end = max(_last_space(head), half - MOST_IN_A_WORD)
    space = _SPACE.search(tail, 0, MOST_IN_A_WORD)
    start = space.end() if space else MOST_IN_A_WORD
    left_out = len(text) - end - (half - start)
    return f"{head[:end]} [{left_out} characters left out] {tail[start:]}"


def _last_space(text: str) -> int:
    return max(text.rfind(space) for space in (" ", "\n", "\t"))


def _masked(text: str) -> str:
    return _TOKEN.sub(MASK, _mask_values(_URL_PASSWORD.sub(rf"\g<start>{MASK}", text)))


def _mask_values(text: str) -> str:
    parts, end = [], 0
    for name in _NAME.finditer(text):
        if name.start() < end or not _SECRET_NAME.search(name["word"]):
            continue
        if value := _VALUE.match(text, name.end()):
            parts += [text[end : name.end()], MASK]
            end = value.end()
    return "".join([*parts, text[end:]])


def redacted(value: Any) -> Any:
    """Return a value with every secret in it masked, at any depth; no text is shortened."""
    if isinstance(value, str):
        return _masked(value)
    if isinstance(value, Mapping):
        return {name: redacted(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(map(redacted, value))
    return value


def _safe(name: object, value: object) -> object:
    if value is not None and _SECRET_NAME.search(str(name)):
        return MASK
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, Mapping):
        return {key: _safe(key, item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_safe("", item) for item in value]
    return value
