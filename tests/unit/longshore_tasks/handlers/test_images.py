from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageCms
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from longshore_tasks.context import TaskContext
from longshore_tasks.database import StoredFile, ThumbnailRow
from longshore_tasks.handlers import pictures
from longshore_tasks.handlers.images import make_thumbnails
from longshore_tasks.handlers.pictures import PictureRefused
from longshore_tasks.jobs.images import MakeThumbnails, Size
from longshore_tasks.storage import FileMissing
from support.fresh_interpreter import FreshInterpreters

ORIENTATION = 0x0112
SMALL = Size(width=64, height=64)


def picture(kind: str, mode: str = "RGB", size: tuple[int, int] = (300, 200), **save) -> bytes:
    image = Image.linear_gradient("L").resize(size).convert(mode)
    file = BytesIO()
    image.save(file, kind, **save)
    return file.getvalue()


def opened(context: TaskContext, key: str) -> Image.Image:
    with context.storage.open(key) as file:
        image = Image.open(BytesIO(file.read()))
        image.load()
    return image


@pytest.mark.parametrize(
    ("kind", "mode", "extension"),
    [
        ("JPEG", "RGB", "jpg"),
        ("JPEG", "L", "jpg"),
        ("JPEG", "CMYK", "jpg"),
        ("PNG", "RGBA", "png"),
        ("PNG", "P", "png"),
        ("PNG", "1", "png"),
        ("WEBP", "RGB", "webp"),
        ("GIF", "P", "gif"),
    ],
)
def test_every_size_is_made_in_the_format_of_the_picture(
    context: TaskContext, keep, kind: str, mode: str, extension: str
) -> None:
    row = keep(picture(kind, mode))
    sizes = (SMALL, Size(width=30, height=100))
    result = make_thumbnails(MakeThumbnails(file_id=row.id, sizes=sizes), context)
    assert [(one.width, one.height) for one in result.thumbnails] == [(64, 43), (30, 20)]
    for one in result.thumbnails:
        size = f"{one.size.width}x{one.size.height}"
        assert one.key == f"thumbnails/{row.id}/{size}.{extension}"
        image = opened(context, one.key)
        assert image.format == kind
        assert image.size == (one.width, one.height)
        assert context.storage.stat(one.key).size_bytes == one.size_bytes


def test_the_same_job_twice_leaves_what_one_leaves(
    context: TaskContext, session: Session, keep
) -> None:
    job = MakeThumbnails(file_id=keep(picture("PNG")).id)
    first = make_thumbnails(job, context)
    session.commit()
    content = [opened(context, one.key).tobytes() for one in first.thumbnails]
    assert make_thumbnails(job, context) == first
    session.commit()
    assert [opened(context, one.key).tobytes() for one in first.thumbnails] == content
    assert session.scalar(select(func.count()).select_from(ThumbnailRow)) == 3
    file = session.get_one(StoredFile, job.file_id)
    assert [row.box_width for row in file.thumbnails] == [128, 320, 1024]


def test_the_camera_that_was_held_upright_is_believed(context: TaskContext, keep) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    row = keep(picture("JPEG", size=(300, 200), exif=exif))
    [one] = make_thumbnails(MakeThumbnails(file_id=row.id, sizes=(SMALL,)), context).thumbnails
    assert (one.width, one.height) == (43, 64)
    assert dict(opened(context, one.key).getexif()) == {}


def test_a_picture_is_never_enlarged(context: TaskContext, keep) -> None:
    row = keep(picture("PNG", size=(10, 5)))
    [one] = make_thumbnails(MakeThumbnails(file_id=row.id, sizes=(SMALL,)), context).thumbnails
    assert (one.width, one.height) == (10, 5)


def test_transparency_and_colour_profile_stay(context: TaskContext, keep) -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    row = keep(picture("PNG", "RGBA", icc_profile=profile))
    [one] = make_thumbnails(MakeThumbnails(file_id=row.id, sizes=(SMALL,)), context).thumbnails
    image = opened(context, one.key)
    assert image.mode == "RGBA"
    assert image.info["icc_profile"] == profile


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"no picture at all", "not one of"),
        (picture("BMP"), "not one of"),
        (picture("JPEG", size=(800, 800))[:2000], "broken"),
    ],
)
def test_what_is_no_picture_is_refused_for_good(
    context: TaskContext, keep, content: bytes, why: str
) -> None:
    with pytest.raises(PictureRefused, match=why):
        make_thumbnails(MakeThumbnails(file_id=keep(content).id), context)


@pytest.mark.parametrize("side", [8_000, 12_000, 20_000])
def test_a_decompression_bomb_is_refused_before_it_is_decoded(
    context: TaskContext, keep, side: int
) -> None:
    bomb = BytesIO()
    # Few bytes, many pixels: one colour, one bit.
    Image.new("1", (side, side)).save(bomb, "PNG")
    assert len(bomb.getvalue()) < 100_000
    with pytest.raises(PictureRefused):
        make_thumbnails(MakeThumbnails(file_id=keep(bomb.getvalue()).id), context)


def test_a_file_that_is_not_there_is_an_error_that_names_it(context: TaskContext, keep) -> None:
    with pytest.raises(FileMissing, match="0000"):
        make_thumbnails(MakeThumbnails(file_id="0" * 32), context)
    row = keep(picture("PNG"))
    context.storage.delete(row.storage_key)
    with pytest.raises(FileMissing, match=row.storage_key):
        make_thumbnails(MakeThumbnails(file_id=row.id), context)


def test_the_limit_is_one_of_pixels() -> None:
    assert pictures.MAX_PIXELS == 50_000_000


PEAK = """
import re, sys
from pathlib import Path
from longshore_tasks.handlers.pictures import PictureRefused, decode, encode, fit
from longshore_tasks.jobs.images import DEFAULT_SIZES

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024

content = Path(sys.argv[1]).read_bytes()
Path("/proc/self/clear_refs").write_text("5")
before = peak()
try:
    found = decode(content, 1024)
    for size in DEFAULT_SIZES:
        encode(fit(found, size), found)
    print("made", peak() - before)
except PictureRefused as refused:
    assert "bytes of memory" in str(refused)
    print("refused", peak() - before)
"""
LARGE = (6_900, 6_900)


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="needs Linux")
@pytest.mark.parametrize(
    ("kind", "mode", "size", "options", "end"),
    [
        ("PNG", "RGBA", LARGE, {"compress_level": 1}, "made"),
        ("PNG", "I;16", LARGE, {"compress_level": 1}, "made"),
        ("GIF", "P", LARGE, {"transparency": 1}, "made"),
        ("JPEG", "L", LARGE, {}, "made"),
        ("JPEG", "RGB", LARGE, {"progressive": True, "subsampling": 0}, "refused"),
        ("WEBP", "RGB", (4_500, 4_500), {"method": 0}, "refused"),
    ],
)
def test_few_bytes_of_a_large_picture_take_no_more_memory_than_two_of_them_may(
    fresh_interpreter: FreshInterpreters,
    tmp_path: Path,
    kind: str,
    mode: str,
    size: tuple[int, int],
    options: dict[str, int],
    end: str,
) -> None:
    path = tmp_path / "picture"
    Image.new(mode, size).save(path, kind, **options)
    done = fresh_interpreter.run(PEAK, arguments=(str(path),))
    assert done.returncode == 0, done.stderr
    ended, taken = done.stdout.split()
    assert ended == end
    # What the encoders and Python itself take is not counted before.
    assert int(taken) < pictures.MAX_BYTES + 32 * 2**20
