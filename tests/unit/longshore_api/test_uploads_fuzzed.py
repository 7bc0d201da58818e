"""Whatever is uploaded is taken as what it is, or refused; it never breaks anything."""

from __future__ import annotations

import io
import zlib
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from longshore_api.files.media_type import TAKEN

pytestmark = pytest.mark.anyio

FILES = "/api/v1/files"
REFUSED = {413, 415, 422}
MORE = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def picture(kind: str) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (8, 6), "navy").save(file, kind)
    return file.getvalue()


PICTURES = [picture(kind) for kind in ("PNG", "JPEG", "GIF", "WEBP")]
HOSTILE_NAMES = [
    "../../etc/passwd",
    "..\\..\\windows\\system32",
    "/etc/shadow",
    "a\x00.png",
    "\r\nX-Injected: yes.png",
    "x" * 5000,
    ".",
    "..",
    "",
    "con.png",
    "\u202egnp.exe",
    "'; DROP TABLE files; --.png",
    "%2e%2e%2fescape.png",
]


async def upload(
    client: httpx.AsyncClient, content: bytes, name: str = "a.png", kind: str = "image/png"
) -> httpx.Response:
    return await client.post(FILES, files={"file": (name, content, kind)})


def stored(app: FastAPI) -> list[Path]:
    folder = app.state.resources.settings.storage_directory
    return [path for path in folder.rglob("*") if path.is_file()]


@MORE
@given(content=st.binary(max_size=200), kind=st.sampled_from([*TAKEN, "text/html", "", "x"]))
async def test_bytes_at_random_are_taken_by_their_signature_only(
    client: httpx.AsyncClient, content: bytes, kind: str
) -> None:
    answer = await upload(client, content, kind=kind)
    assert answer.status_code in REFUSED | {201}
    if answer.status_code == 201:
        assert answer.json()["media_type"] in TAKEN


@MORE
@given(whole=st.sampled_from(PICTURES), share=st.floats(0, 1))
async def test_a_truncated_picture_is_kept_as_it_came_or_refused(
    client: httpx.AsyncClient, whole: bytes, share: float
) -> None:
    part = whole[: int(len(whole) * share)]
    answer = await upload(client, part, kind="application/octet-stream")
    assert answer.status_code in REFUSED | {201}
    if answer.status_code == 201:
        back = await client.get(answer.json()["content_url"])
        assert back.content == part


@pytest.mark.parametrize("name", HOSTILE_NAMES)
async def test_a_name_decides_nothing(app: FastAPI, client: httpx.AsyncClient, name: str) -> None:
    answer = await upload(client, PICTURES[0], name)
    assert answer.status_code in {201, 400, 422}
    folder = app.state.resources.settings.storage_directory.resolve()
    assert all(path.resolve().is_relative_to(folder) for path in stored(app))
    if answer.status_code != 201:
        return
    file = answer.json()
    assert "/" not in file["name"]
    assert "\\" not in file["name"]
    assert len(file["name"]) <= 255
    assert file["name"].isprintable()
    (kept,) = stored(app)
    assert kept.name == file["id"]
    back = await client.get(file["content_url"])
    assert back.content == PICTURES[0]
    assert "X-Injected" not in back.headers


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"<html><script>alert(1)</script>", "text/html"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "image/svg+xml"),
        (b"MZ\x90\x00", "image/png"),
        (b"PK\x03\x04", "application/pdf"),
        (PICTURES[1], "image/png"),
        (b"", "image/png"),
    ],
)
async def test_a_wrong_type_is_refused_and_leaves_nothing(
    app: FastAPI, client: httpx.AsyncClient, content: bytes, kind: str
) -> None:
    assert (await upload(client, content, kind=kind)).status_code == 415
    assert stored(app) == []


async def test_what_is_packed_is_never_unpacked(client: httpx.AsyncClient) -> None:
    bomb = zlib.compress(b"\0" * 50_000_000)
    headers = {"Content-Encoding": "gzip", "Content-Type": "multipart/form-data; boundary=x"}
    answer = await client.post(FILES, content=bomb, headers=headers)
    assert answer.status_code in {400, 413, 422}


@MORE
@given(body=st.binary(max_size=400), boundary=st.text("abcXYZ-", min_size=1, max_size=8))
async def test_a_body_that_is_no_form_is_refused(
    client: httpx.AsyncClient, body: bytes, boundary: str
) -> None:
    headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
    framed = f"--{boundary}\r\n".encode() + body
    for content in (body, framed):
        answer = await client.post(FILES, content=content, headers=headers)
        assert answer.status_code in {400, 413, 415, 422}


async def test_many_parts_are_not_gathered(client: httpx.AsyncClient) -> None:
    parts = [("file", (f"{number}.png", b"x", "image/png")) for number in range(150)]
    assert (await client.post(FILES, files=parts)).status_code in {400, 413, 415, 422}
