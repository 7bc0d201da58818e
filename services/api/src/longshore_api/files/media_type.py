"""What kind of file some bytes are, by the bytes themselves.

Signatures: PNG (ISO/IEC 15948, 5.2), JPEG (ITU-T T.81, B.1.1.3: SOI, then a marker), GIF (GIF89a
specification, 17), WebP (RFC 9649, 2.4), PDF (ISO 32000-1, 7.5.2).
"""

from __future__ import annotations

from longshore_api.errors import UnsupportedUpload

HEAD_BYTES = 16
"""As much of a file's beginning as the signatures need."""

_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
)
TAKEN = ("image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf")

# What a client says that does not know, or says in another word.
_SAYS_NOTHING = frozenset({"", "application/octet-stream", "binary/octet-stream"})
_SYNONYMS = {"image/jpg": "image/jpeg", "image/pjpeg": "image/jpeg", "image/x-png": "image/png"}


def media_type_of(head: bytes, declared: str | None) -> str:
    """Return the media type of a file that begins with ``head``.

    Raises:
        UnsupportedUpload: the bytes are of no type that is taken, or not of the declared one.
    """
    found = sniff(head)
    if found is None:
        raise UnsupportedUpload(f"the file is none of {', '.join(TAKEN)}", {"taken": list(TAKEN)})
    if not _agrees(found, declared):
        raise UnsupportedUpload(f"the file was sent as another type but is {found}")
    return found


def sniff(head: bytes) -> str | None:
    """Return the media type that the bytes show, if it is one of those taken."""
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for signature, kind in _SIGNATURES if head.startswith(signature)), None)


def _agrees(found: str, declared: str | None) -> bool:
    named = (declared or "").partition(";")[0].strip().lower()
    return named in _SAYS_NOTHING or _SYNONYMS.get(named, named) == found
