"""The pictures of the demonstration."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from longshore_local.demo.pictures import ORIENTATION, QUARTER_TURN, draw


def test_they_are_real_pictures_of_the_type_that_they_say() -> None:
    for picture in draw():
        with Image.open(BytesIO(picture.data)) as opened:
            opened.verify()
            assert opened.get_format_mimetype() == picture.media_type


def test_they_are_all_different() -> None:
    pictures = draw()

    assert len({picture.data for picture in pictures}) == len(pictures) == 4


def test_one_is_turned_by_exif_and_one_is_transparent() -> None:
    opened = {picture.name: Image.open(BytesIO(picture.data)) for picture in draw()}

    assert opened["harbour.jpg"].getexif()[ORIENTATION] == QUARTER_TURN
    assert opened["rings.png"].getchannel("A").getextrema()[0] == 0
    for picture in opened.values():
        picture.close()
