"""Decode pictures from strangers within a bound of memory, and make them smaller."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from math import ceil
from typing import Any

from PIL import Image, ImageChops, ImageCms, ImageFile, UnidentifiedImageError

from longshore.errors import Permanent
from longshore_tasks.handlers.formats import FORMATS, Format
from longshore_tasks.jobs.images import Size

MAX_PIXELS = 50_000_000
"""A picture of more is refused before any of it is decoded."""
MAX_BYTES = 224 * 2**20
"""A picture that needs more memory is refused, too: two at once must fit into a worker's container
(768 MiB in the chart) beside what the worker itself needs."""

BOMBS = (Image.DecompressionBombError, Image.DecompressionBombWarning)
# What Pillow's decoders raise on broken files.
BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error)

# Pillow gives a pixel of any other mode four bytes.
PIXEL_BYTES = {"1": 1, "L": 1, "P": 1, "I;16": 2}
WEBP_PIXEL_BYTES = 16
"""The canvas before and after a frame, the frame's bytes and the image, each of four bytes."""
COEFFICIENT_BYTES = 2

# Averages are right only where each colour weighs as much as its alpha.
PREMULTIPLIED = {"LA": "La", "RGBA": "RGBa"}
STRAIGHT = {weighted: mode for mode, weighted in PREMULTIPLIED.items()}

TILE = 1024
STRIP = 128
MAX_FACTOR = 64

ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
SIDEWAYS = {5, 6, 7, 8}

# A transparent grey is named by its sample in the file; Pillow stretches samples to eight bits.
SAMPLE_STEPS = {"L;2": 85, "L;4": 17}

Convert = Callable[[Image.Image], Image.Image]


class PictureRefused(Permanent):
    """The file is no picture that thumbnails are made of."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded picture, perhaps reduced and not yet turned upright.

    ``image`` has the mode that is written, with its colours multiplied by their alpha; ``width``
    and ``height`` are those of the file, ``orientation`` is EXIF's.
    """

    image: Image.Image
    kind: Format
    width: int
    height: int
    orientation: int
    profile: bytes | None


def decode(content: bytes, longest: int) -> Picture:
    """Decode the first frame; raises PictureRefused for a broken, unknown or far too large one.

    No side of the result need be longer than ``longest`` pixels: a larger picture is reduced while
    it is decoded (JPEG) or right after, before its colours are converted.
    """
    try:
        with Image.open(BytesIO(content), formats=tuple(FORMATS)) as image:
            return _decoded(image, content, longest)
    except BOMBS as error:
        raise PictureRefused(f"picture refused: {error}") from None
    except UnidentifiedImageError:
        raise PictureRefused(f"picture refused: not one of {', '.join(FORMATS)}") from None
    except BROKEN as error:
        raise PictureRefused(f"picture refused: the file is broken ({error})") from None


def fit(picture: Picture, size: Size) -> Image.Image:
    """Return the picture upright, within the box, never enlarged and in proportion."""
    turned = picture.orientation in SIDEWAYS
    box = (size.height, size.width) if turned else (size.width, size.height)
    scale = min(box[0] / picture.width, box[1] / picture.height, 1.0)
    target = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    small = _resized(picture.image, target)
    if picture.orientation in TURNS:
        small = small.transpose(TURNS[picture.orientation])
    return small


def encode(image: Image.Image, picture: Picture) -> bytes:
    """Return the file of a thumbnail: with its colour profile, without other metadata."""
    options: dict[str, Any] = dict(picture.kind.options)
    if picture.profile is not None:
        options["icc_profile"] = picture.profile
    image.info = {}
    file = BytesIO()
    image.save(file, picture.kind.name, **options)
    return file.getvalue()


def _resized(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """Return the picture in another size; strips keep what is between the two small."""
    mode, step = STRAIGHT.get(image.mode, image.mode), image.height / size[1]
    result = Image.new(mode, size)
    for top in range(0, size[1], STRIP):
        bottom = min(top + STRIP, size[1])
        box = (0, top * step, image.width, min(bottom * step, image.height))
        part = image.resize((size[0], bottom - top), Image.Resampling.LANCZOS, box)
        result.paste(part.convert(mode), (0, top))
    return result


def _decoded(image: ImageFile.ImageFile, content: bytes, longest: int) -> Picture:
    # Phones write JPEG with further pictures behind the first: MPO to Pillow.
    kind = FORMATS["JPEG" if image.format == "MPO" else image.format or ""]
    width, height = image.size
    if width * height > MAX_PIXELS:
        message = f"picture refused: {width} x {height} pixels, more than {MAX_PIXELS}"
        raise PictureRefused(message)
    buffered = _coefficients(image, content) if kind.name == "JPEG" else 0
    # Twice the target keeps the quality of the last reduction.
    scale = min(1.0, 2 * longest / max(width, height))
    image.draft(None, (ceil(width * scale), ceil(height * scale)))
    factor = max(1, min(MAX_FACTOR, max(image.size) // (2 * longest)))
    mode = _mode(image, kind)
    reduced = _area(image, 1 / factor) * PIXEL_BYTES.get(mode, 4)
    # A thumbnail, and the same turned or as its encoder keeps it.
    fitted = 2 * _area(image, min(1.0, longest / max(image.size))) * PIXEL_BYTES.get(mode, 4)
    needed = max(buffered + _decoding(image, kind, mode, factor) + reduced, reduced + fitted)
    if needed > MAX_BYTES:
        message = f"picture refused: {width} x {height} pixels of {kind.name}, {image.mode}, need"
        raise PictureRefused(f"{message} {needed} bytes of memory, more than {MAX_BYTES}")
    # Decoding forgets how the samples lay in the file.
    convert = _conversion(image, mode)
    image.load()
    orientation = image.getexif().get(ORIENTATION, 1)
    small = _reduced(image, mode, factor, convert)
    return Picture(small, kind, width, height, orientation, _profile(image, mode))


def _mode(image: Image.Image, kind: Format) -> str:
    """Return the mode to write: grey stays grey and transparent transparent where there is one."""
    grey = "L" if image.mode in {"1", "L", "LA", "I;16"} else "RGB"
    if not image.has_transparency_data:
        return grey if grey in kind.modes else "RGB"
    transparent = "LA" if grey == "L" else "RGBA"
    return transparent if transparent in kind.modes else "RGBA"


def _area(image: Image.Image, scale: float) -> int:
    return ceil(image.width * scale) * ceil(image.height * scale)


def _decoding(image: Image.Image, kind: Format, mode: str, factor: int) -> int:
    """Return how many bytes the picture takes until it is reduced, besides the reduced one."""
    per_pixel = WEBP_PIXEL_BYTES if kind.name == "WEBP" else PIXEL_BYTES.get(image.mode, 4)
    if _as_it_is(image, mode, factor):
        per_pixel -= PIXEL_BYTES.get(mode, 4)
    return image.width * image.height * per_pixel


def _as_it_is(image: Image.Image, mode: str, factor: int) -> bool:
    return factor == 1 and mode == image.mode and mode not in PREMULTIPLIED


def _coefficients(image: Image.Image, content: bytes) -> int:
    """Return how many bytes libjpeg takes besides, which is for pictures of several scans."""
    layers: list[tuple[int, int, int, int]] = getattr(image, "layer", [])
    if "progressive" not in image.info and _components_of_first_scan(content) == len(layers):
        return 0
    width = max((layer[1] for layer in layers), default=1)
    height = max((layer[2] for layer in layers), default=1)
    share = sum(layer[1] * layer[2] for layer in layers) / (width * height)
    return ceil(image.width * image.height * COEFFICIENT_BYTES * share)


def _components_of_first_scan(content: bytes) -> int:
    """Return how many components the first scan of a JPEG has; 0 where that is hard to find."""
    at = 2
    while at + 5 <= len(content) and content[at] == 0xFF:
        if content[at + 1] == 0xDA:
            return content[at + 4]
        at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return 0


def _reduced(image: Image.Image, mode: str, factor: int, convert: Convert) -> Image.Image:
    """Return the picture in the mode, ``factor`` times smaller; tiles keep the copies small."""
    if _as_it_is(image, mode, factor):
        return image
    size = (ceil(image.width / factor), ceil(image.height / factor))
    result = Image.new(PREMULTIPLIED.get(mode, mode), size)
    for left, top, right, bottom in _tiles(image.size, TILE // factor * factor):
        tile = convert(image.crop((left, top, right, bottom)))
        if mode in PREMULTIPLIED:
            tile = tile.convert(PREMULTIPLIED[mode])
        if factor > 1:
            tile = tile.reduce(factor)
        result.paste(tile, (left // factor, top // factor))
    return result


def _tiles(size: tuple[int, int], side: int) -> Iterator[tuple[int, int, int, int]]:
    width, height = size
    for top in range(0, height, side):
        for left in range(0, width, side):
            yield left, top, min(left + side, width), min(top + side, height)


def _conversion(image: ImageFile.ImageFile, mode: str) -> Convert:
    """Return what brings a part of the picture into the mode."""
    key = image.info.get("transparency")
    if image.mode == "CMYK":
        return _from_cmyk(image.info.get("icc_profile"))
    if image.mode == "I;16":
        return lambda tile: _from_16_bits(tile, key).convert(mode)
    if key is None or image.mode == "P":
        return lambda tile: tile.convert(mode)
    samples = str(image.tile[0].args) if image.tile else ""
    if isinstance(key, int):
        opaque = _unlike(255 if image.mode == "1" and key else key * SAMPLE_STEPS.get(samples, 1))
        return lambda tile: _keyed(tile, [opaque]).convert(mode)
    # Pillow keeps the upper half of a colour of 16 bits.
    shift = 8 if "16" in samples else 0
    tables = [_unlike(part >> shift) for part in key]
    return lambda tile: _keyed(tile, tables).convert(mode)


def _from_16_bits(tile: Image.Image, key: int | None) -> Image.Image:
    samples = tile.tobytes("raw", "I;16")
    upper = Image.frombytes("L", tile.size, samples[1::2])
    if key is None:
        return upper
    lower = Image.frombytes("L", tile.size, samples[::2])
    alpha = ImageChops.lighter(upper.point(_unlike(key >> 8)), lower.point(_unlike(key & 0xFF)))
    return Image.merge("LA", (upper, alpha))


def _keyed(tile: Image.Image, opaque: list[list[int]]) -> Image.Image:
    """Return the part with an alpha channel: transparent where every band has the key's value."""
    tile.info.pop("transparency", None)
    if tile.mode == "1":
        tile = tile.convert("L")
    bands = tile.split()
    alpha = bands[0].point(opaque[0])
    for band, table in zip(bands[1:], opaque[1:], strict=True):
        alpha = ImageChops.lighter(alpha, band.point(table))
    return Image.merge("LA" if len(bands) == 1 else "RGBA", (*bands, alpha))


def _unlike(value: int) -> list[int]:
    return [0 if sample == value else 255 for sample in range(256)]


def _from_cmyk(profile: bytes | None) -> Convert:
    """Return what makes sRGB of printing colours, by their profile where it can be read."""
    if profile:
        try:
            inks = ImageCms.ImageCmsProfile(BytesIO(profile))
            screen = ImageCms.createProfile("sRGB")
            transform = ImageCms.buildTransform(inks, screen, "CMYK", "RGB")
        except (ImageCms.PyCMSError, OSError):
            pass
        else:
            return transform.apply
    return lambda tile: tile.convert("RGB")


def _profile(image: Image.Image, mode: str) -> bytes | None:
    """Return the colour profile where it is one of the mode that is written (ICC.1, 7.2.8)."""
    profile = image.info.get("icc_profile")
    space = b"GRAY" if mode in {"L", "LA"} else b"RGB "
    return profile if profile and profile[16:20] == space else None
