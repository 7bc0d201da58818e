"""Pictures from strangers: decoded with care, turned upright, made smaller."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image, ImageOps, UnidentifiedImageError

from longshore.errors import Permanent
from longshore_tasks.handlers.formats import FORMATS, Format
from longshore_tasks.jobs.images import Size

MAX_PIXELS = 50_000_000
"""About 200 MB once decoded; a picture of more is refused before any of it is."""

BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
# What Pillow's decoders raise on broken files.
BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error)


class PictureRefused(Permanent):
    """The file is no picture that thumbnails are made of."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded picture, upright, and the format that it came in."""

    image: Image.Image
    kind: Format


def decode(content: bytes, longest: int) -> Picture:
    """Decode a picture; raises PictureRefused for a broken, unknown or far too large one.

    No side of the result need be longer than ``longest`` pixels: JPEG decodes faster smaller.
    """
    try:
        with Image.open(BytesIO(content), formats=tuple(FORMATS)) as image:
            _refuse_bomb(image)
            return _upright(image, longest)
    except BOMBS as error:
        raise PictureRefused(f"picture refused: {error}") from None
    except UnidentifiedImageError:
        raise PictureRefused(f"picture refused: not one of {', '.join(FORMATS)}") from None
    except BROKEN as error:
        raise PictureRefused(f"picture refused: the file is broken ({error})") from None


def fit(picture: Picture, size: Size) -> Image.Image:
    """Return the picture within the box, never enlarged and in proportion."""
    small = _writable(picture)
    small.thumbnail((size.width, size.height), Image.Resampling.LANCZOS)
    return small


def encode(image: Image.Image, kind: Format) -> bytes:
    """Return the file of a thumbnail: with its colour profile, without other metadata."""
    options: dict[str, Any] = dict(kind.options)
    if profile := image.info.get("icc_profile"):
        options["icc_profile"] = profile
    image.info = {}
    file = BytesIO()
    image.save(file, kind.name, **options)
    return file.getvalue()


def _refuse_bomb(image: Image.Image) -> None:
    width, height = image.size
    if width * height > MAX_PIXELS:
        message = f"picture refused: {width} x {height} pixels, more than {MAX_PIXELS}"
        raise PictureRefused(message)


def _upright(image: Image.Image, longest: int) -> Picture:
    kind = FORMATS[image.format or ""]
    # Twice the target keeps the quality of the last reduction.
    image.draft(None, (2 * longest, 2 * longest))
    return Picture(ImageOps.exif_transpose(image), kind)


def _writable(picture: Picture) -> Image.Image:
    image, kind = picture.image, picture.kind
    if image.mode in kind.modes:
        return image.copy()
    # A profile describes the colours before the conversion.
    converted = image.convert(kind.fallback)
    converted.info.pop("icc_profile", None)
    return converted
