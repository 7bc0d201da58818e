"""Pictures to work on, drawn here: each shows something that a thumbnail must get right."""

from __future__ import annotations

import math
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageDraw

ORIENTATION = 0x0112
QUARTER_TURN = 6
"""EXIF 2.3, tag 274: the picture is shown after a turn by 90 degrees clockwise."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A file to upload."""

    name: str
    media_type: str
    data: bytes
    about: str


def draw() -> tuple[Picture, ...]:
    """Draw them all."""
    return (
        Picture("dawn.jpg", "image/jpeg", _jpeg(_gradient(1600, 1000)), "a gradient"),
        Picture("harbour.jpg", "image/jpeg", _turned(_harbour(1500, 1000)), "turned by EXIF"),
        Picture("rings.png", "image/png", _png(_rings(1200)), "with transparency"),
        Picture("waves.webp", "image/webp", _webp(_waves(1400, 700)), "WebP"),
    )


def _gradient(width: int, height: int) -> Image.Image:
    red = Image.linear_gradient("L").resize((width, height))
    green = red.rotate(180).point(lambda value: int(value * 0.6))
    blue = Image.radial_gradient("L").resize((width, height))
    return Image.merge("RGB", (red, green, blue))


def _harbour(width: int, height: int) -> Image.Image:
    picture = Image.new("RGB", (width, height), "#bfe3f2")
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, height * 0.65, width, height), fill="#1c5d7d")
    pen.ellipse((width * 0.75, 80, width * 0.75 + 180, 260), fill="#ffd34d")
    for number, colour in enumerate(("#d1495b", "#edae49", "#00798c", "#30638e")):
        left = 120 + number * 210
        pen.rectangle((left, height * 0.5, left + 180, height * 0.5 + 110), fill=colour)
    hull = ((60, 610), (1040, 610), (960, 760), (150, 760))
    pen.polygon(hull, fill="#2e2e38")
    return picture


def _rings(side: int) -> Image.Image:
    picture = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    for number in range(6):
        margin = 40 + number * 90
        colour = (40 * number, 90, 220 - 30 * number, 220 - 25 * number)
        pen.ellipse((margin, margin, side - margin, side - margin), outline=colour, width=45)
    return picture


def _waves(width: int, height: int) -> Image.Image:
    picture = Image.new("RGB", (width, height), "#0b132b")
    pen = ImageDraw.Draw(picture)
    for number in range(9):
        line = [
            (x, height * (number + 1) / 10 + 30 * math.sin(x / 60 + number))
            for x in range(0, width + 1, 4)
        ]
        pen.line(line, fill=(60 + 20 * number, 200 - 12 * number, 220), width=8)
    return picture


def _jpeg(picture: Image.Image) -> bytes:
    return _saved(picture, "JPEG", quality=88)


def _turned(picture: Image.Image) -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION] = QUARTER_TURN
    return _saved(picture.rotate(90, expand=True), "JPEG", quality=88, exif=exif)


def _png(picture: Image.Image) -> bytes:
    return _saved(picture, "PNG")


def _webp(picture: Image.Image) -> bytes:
    return _saved(picture, "WEBP", quality=85)


def _saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()
