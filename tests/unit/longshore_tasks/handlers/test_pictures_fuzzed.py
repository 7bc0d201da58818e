"""A damaged picture is decoded or refused; no other error comes out of the decoder."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from longshore_tasks.handlers.pictures import PictureRefused, decode, encode, fit
from longshore_tasks.jobs.images import Size


def picture(kind: str, mode: str) -> bytes:
    file = io.BytesIO()
    Image.linear_gradient("L").resize((24, 16)).convert(mode).save(file, kind)
    return file.getvalue()


WHOLE = [
    picture("PNG", "RGBA"),
    picture("PNG", "P"),
    picture("JPEG", "RGB"),
    picture("JPEG", "CMYK"),
    picture("GIF", "P"),
    picture("WEBP", "RGB"),
    picture("PNG", "I;16"),
    picture("MPO", "RGB"),
]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    content = bytearray(draw(st.sampled_from(WHOLE)))
    for _ in range(draw(st.integers(0, 6))):
        content[draw(st.integers(0, len(content) - 1))] = draw(st.integers(0, 255))
    return bytes(content[: draw(st.integers(0, len(content)))])


@pytest.mark.filterwarnings("ignore")  # Pillow warns of what it can still read
@settings(max_examples=400, deadline=None)
@given(content=damaged())
def test_a_damaged_picture_is_decoded_or_refused(content: bytes) -> None:
    try:
        found = decode(content, 32)
    except PictureRefused:
        return
    small = fit(found, Size(width=8, height=8))
    assert max(small.size) <= 8
    assert encode(small, found)
