"""Inputs of every kind, and the thumbnails that are right for them."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image, ImageCms, ImageOps

from longshore_tasks.handlers.pictures import decode, encode, fit
from longshore_tasks.jobs.images import Size

RGB_PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
GREY_PROFILE = RGB_PROFILE[:16] + b"GRAY" + RGB_PROFILE[20:]
RED, BLUE = (255, 0, 0), (0, 0, 255)
ORIENTATION = 0x0112
GREY, COLOUR = 0, 2


def png(depth: int, colour: int, row: bytes, *, size: tuple[int, int], key: bytes = b"") -> bytes:
    """A PNG of equal rows, for what Pillow does not write: any depth, with a tRNS chunk."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        )

    header = struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, 0)
    transparent = chunk(b"tRNS", key) if key else b""
    rows = zlib.compress((b"\0" + row) * size[1])
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    return start + transparent + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def saved(image: Image.Image, kind: str, **options) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def halves(left, right, mode: str = "RGB", size: tuple[int, int] = (64, 32)) -> Image.Image:
    image = Image.new(mode, size, left)
    image.paste(Image.new(mode, (size[0] // 2, size[1]), right), (size[0] // 2, 0))
    return image


def thumbnail(content: bytes, side: int = 16) -> Image.Image:
    picture = decode(content, side)
    image = Image.open(BytesIO(encode(fit(picture, Size(width=side, height=side)), picture)))
    image.load()
    return image


def ends(image: Image.Image, mode: str) -> list:
    """The colours of the left and of the right end."""
    shown = image.convert(mode)
    return [shown.getpixel((0, 3)), shown.getpixel((image.width - 1, 3))]


def palette() -> Image.Image:
    image = halves(0, 1, "P")
    image.putpalette([*RED, *BLUE])
    return image


INDEXED = palette()
SHORT = struct.Struct(">H").pack
WIDE_RED = SHORT(0xFF12) + SHORT(0) + SHORT(0)
WIDE_BLUE = SHORT(0) + SHORT(0) + SHORT(0xFF34)

TRANSPARENT_FIRST = [
    ("black of 1 bit", png(1, GREY, b"\0\0\0\0\xff\xff\xff\xff", size=(64, 32), key=SHORT(0)), 255),
    ("white of 1 bit", png(1, GREY, b"\xff\xff\xff\xff\0\0\0\0", size=(64, 32), key=SHORT(1)), 0),
    ("grey of 2 bits", png(2, GREY, b"\x55" * 8 + b"\xaa" * 8, size=(64, 32), key=SHORT(1)), 170),
    ("grey of 4 bits", png(4, GREY, b"\x33" * 16 + b"\x88" * 16, size=(64, 32), key=SHORT(3)), 136),
    (
        "grey of 8 bits",
        png(8, GREY, b"\x50" * 32 + b"\x90" * 32, size=(64, 32), key=SHORT(80)),
        144,
    ),
    (
        "grey of 16 bits, of which the key is told apart by the lower half",
        png(16, GREY, b"\x9c\x40" * 32 + b"\x9c\x41" * 32, size=(64, 32), key=SHORT(0x9C40)),
        156,
    ),
]


@pytest.mark.parametrize(
    ("name", "content", "grey"), TRANSPARENT_FIRST, ids=[case[0] for case in TRANSPARENT_FIRST]
)
def test_the_transparent_grey_of_a_png_is_transparent_in_its_thumbnail(
    name: str, content: bytes, grey: int
) -> None:
    image = thumbnail(content)
    assert image.mode == "LA"
    [left, right] = ends(image, "LA")
    assert (left[1], right) == (0, (grey, 255)), name


@pytest.mark.parametrize(
    "content",
    [
        saved(halves(RED, BLUE), "PNG", transparency=RED),
        png(16, COLOUR, WIDE_RED * 32 + WIDE_BLUE * 32, size=(64, 32), key=WIDE_RED),
        saved(INDEXED, "PNG", transparency=0),
        saved(INDEXED, "PNG", transparency=b"\0\xff"),
        saved(INDEXED, "GIF", transparency=0),
        saved(halves((*RED, 0), (*BLUE, 255), "RGBA"), "PNG"),
        saved(halves((*RED, 0), (*BLUE, 255), "RGBA"), "WEBP", lossless=True),
    ],
    ids=["RGB", "RGB16", "P, an index", "P, a table", "GIF", "RGBA", "WEBP"],
)
def test_what_is_transparent_stays_so_and_colours_nothing_beside_it(content: bytes) -> None:
    image = thumbnail(content)
    [left, right] = ends(image, "RGBA")
    assert (left[3], right) == (0, (*BLUE, 255))
    shown = image.convert("RGBA")
    assert all(
        shown.getpixel((x, 3))[0] < 64 for x in range(image.width) if shown.getpixel((x, 3))[3] > 64
    )


@pytest.mark.parametrize(
    ("content", "mode", "colours"),
    [
        (saved(halves(10_000, 40_000, "I;16"), "PNG"), "L", [39, 156]),
        (png(16, COLOUR, WIDE_RED * 32 + WIDE_BLUE * 32, size=(64, 32)), "RGB", [RED, BLUE]),
        (saved(halves(0, 255, "1"), "PNG"), "L", [0, 255]),
        (saved(halves(30, 200, "L"), "PNG"), "L", [30, 200]),
        (saved(halves((30, 255), (200, 255), "LA"), "PNG"), "LA", [(30, 255), (200, 255)]),
        (saved(halves(RED, BLUE), "PNG"), "RGB", [RED, BLUE]),
        (saved(INDEXED, "PNG"), "RGB", [RED, BLUE]),
        (saved(INDEXED, "GIF"), "RGB", [RED, BLUE]),
        (saved(halves(30, 200, "L"), "GIF"), "L", [30, 200]),
        (saved(halves(30, 200, "L"), "JPEG"), "L", [30, 200]),
        (saved(halves(RED, BLUE), "JPEG", quality=95), "RGB", [RED, BLUE]),
        (saved(halves(RED, BLUE), "WEBP", lossless=True), "RGB", [RED, BLUE]),
        (
            saved(halves((255, 0, 0, 0), (0, 0, 0, 255), "CMYK"), "JPEG", quality=95),
            "RGB",
            [(0, 255, 255), (0, 0, 0)],
        ),
    ],
    ids=[
        "PNG I;16", "PNG RGB16", "PNG 1", "PNG L", "PNG LA", "PNG RGB", "PNG P", "GIF P", "GIF L",
        "JPEG L", "JPEG RGB", "WEBP RGB", "JPEG CMYK",
    ],
)  # fmt: skip
def test_every_mode_keeps_its_colours(content: bytes, mode: str, colours: list) -> None:
    image = thumbnail(content)
    if image.format != "GIF":
        assert image.mode == mode
    near = 2 if image.format in {"PNG", "GIF"} else 12
    for found, right in zip(ends(image, mode), colours, strict=True):
        parts = zip(*(c if isinstance(c, tuple) else (c,) for c in (found, right)), strict=True)
        assert all(abs(one - other) <= near for one, other in parts), (found, right)


@pytest.mark.parametrize(
    ("image", "kind", "given", "kept"),
    [
        (halves(RED, BLUE), "JPEG", RGB_PROFILE, True),
        (halves(RED, BLUE), "PNG", RGB_PROFILE, True),
        (halves(RED, BLUE), "WEBP", RGB_PROFILE, True),
        (halves((*RED, 9), (*BLUE, 255), "RGBA"), "PNG", RGB_PROFILE, True),
        (INDEXED, "PNG", RGB_PROFILE, True),
        (halves(30, 200, "L"), "PNG", GREY_PROFILE, True),
        (halves(30, 200, "L"), "PNG", RGB_PROFILE, False),
        (halves(RED, BLUE), "PNG", GREY_PROFILE, False),
        (halves((255, 0, 0, 0), (0, 0, 0, 255), "CMYK"), "JPEG", b"no profile", False),
        (halves(RED, BLUE), "PNG", b"no profile", False),
    ],
    ids=[
        "JPEG RGB", "PNG RGB", "WEBP RGB", "PNG RGBA", "PNG P", "PNG L", "PNG L of RGB",
        "PNG RGB of grey", "JPEG CMYK, broken", "PNG RGB, broken",
    ],
)  # fmt: skip
def test_a_colour_profile_stays_where_it_describes_what_is_written(
    image: Image.Image, kind: str, given: bytes, *, kept: bool
) -> None:
    small = thumbnail(saved(image, kind, icc_profile=given))
    assert small.info.get("icc_profile") == (given if kept else None)


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
def test_an_animation_becomes_a_still_of_its_first_frame(kind: str) -> None:
    frames = [halves(RED, BLUE), halves(BLUE, RED), halves(BLUE, BLUE)]
    image = thumbnail(saved(frames[0], kind, save_all=True, append_images=frames[1:]))
    assert getattr(image, "n_frames", 1) == 1
    [left, right] = ends(image, "RGB")
    assert left[0] > left[2]
    assert right[2] > right[0]


def test_a_jpeg_with_further_pictures_behind_it_is_a_jpeg() -> None:
    content = saved(
        halves(RED, BLUE), "MPO", save_all=True, append_images=[halves(BLUE, RED)], quality=95
    )
    image = thumbnail(content)
    assert image.format == "JPEG"
    assert image.size == (16, 8)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(9))
def test_every_orientation_is_turned_upright(kind: str, orientation: int) -> None:
    image = halves(RED, (0, 255, 0), size=(120, 80))
    image.paste(Image.new("RGB", (120, 40), BLUE), (0, 40))
    image.paste(Image.new("RGB", (60, 40), (255, 255, 255)), (60, 40))
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    content = saved(image, kind, exif=exif)
    with Image.open(BytesIO(content)) as whole:
        right = ImageOps.exif_transpose(whole).convert("RGB").resize((12, 12))
    small = thumbnail(content, 24).convert("RGB")
    assert small.size == ((16, 24) if orientation >= 5 else (24, 16))
    found = small.resize((12, 12))
    for corner in ((1, 1), (10, 1), (1, 10), (10, 10)):
        pair = zip(found.getpixel(corner), right.getpixel(corner), strict=True)
        assert all(abs(one - other) < 60 for one, other in pair), corner


@pytest.mark.parametrize("size", [(5000, 3), (3, 5000), (5000, 1), (1, 1), (1025, 700), (4099, 33)])
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_any_proportion_fits_its_box_and_has_no_seam(size: tuple[int, int], mode: str) -> None:
    colour = {"L": 77, "RGB": (10, 20, 200), "RGBA": (10, 20, 200, 255)}[mode]
    image = thumbnail(saved(Image.new(mode, size, colour), "PNG"))
    scale = min(16 / max(size), 1)
    assert image.size == tuple(max(1, round(side * scale)) for side in size)
    assert image.getcolors() == [(image.width * image.height, colour)]
