from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.orm import Session

from longshore_api.settings import ApiSettings
from longshore_tasks.database import Base, ThumbnailRow

pytestmark = pytest.mark.anyio

FILES = "/api/v1/files"


async def send(
    client: httpx.AsyncClient, content: bytes, name: str = "boat.png", kind: str = "image/png"
) -> httpx.Response:
    return await client.post(FILES, files={"file": (name, content, kind)})


async def test_an_upload_comes_back_as_it_was(client: httpx.AsyncClient, picture: bytes) -> None:
    response = await send(client, picture)
    file = response.json()
    assert response.status_code == 201
    assert response.headers["Location"] == f"{FILES}/{file['id']}"
    assert (file["media_type"], file["size_bytes"]) == ("image/png", len(picture))
    content = await client.get(file["content_url"])
    assert content.content == picture
    assert content.headers["Content-Type"] == "image/png"
    assert content.headers["Content-Length"] == str(len(picture))
    assert content.headers["ETag"] == f'"{file["sha256"]}"'


async def test_metadata_is_looked_up_by_id(client: httpx.AsyncClient, picture: bytes) -> None:
    uploaded = (await send(client, picture)).json()
    found = (await client.get(f"{FILES}/{uploaded['id']}")).json()
    assert found == uploaded
    assert found["created_at"].endswith("Z")
    assert found["thumbnails"] == []


async def test_thumbnails_appear_and_can_be_fetched(
    client: httpx.AsyncClient, app: FastAPI, settings: ApiSettings, picture: bytes
) -> None:
    file_id = (await send(client, picture)).json()["id"]
    key = f"thumbnails/{file_id}/16x16.png"
    with Session(app.state.resources.engine) as session:
        session.add(
            ThumbnailRow(
                storage_key=key,
                file_id=file_id,
                box_width=16,
                box_height=16,
                width=16,
                height=12,
                media_type="image/png",
                size_bytes=5,
            )
        )
        session.commit()
    path = settings.storage_directory / key
    path.parent.mkdir(parents=True)
    path.write_bytes(b"small")
    thumbnail = (await client.get(f"{FILES}/{file_id}")).json()["thumbnails"][0]
    assert (thumbnail["width"], thumbnail["height"]) == (16, 12)
    assert (await client.get(thumbnail["content_url"])).content == b"small"
    other = await client.get(f"{FILES}/{file_id}/thumbnails/17x16")
    assert other.json()["type"] == "urn:longshore:problem:unknown-file"


@pytest.mark.parametrize("file_id", ["0" * 32, "..", "%2e%2e%2fetc", "x\x00y"])
@pytest.mark.parametrize("part", ["", "/content", "/thumbnails/1x1"])
async def test_an_unknown_file_is_not_found(
    client: httpx.AsyncClient, file_id: str, part: str
) -> None:
    response = await client.get(f"{FILES}/{file_id.replace(chr(0), '%00')}{part}")
    assert response.status_code == 404
    assert response.headers["Content-Type"] == "application/problem+json"


async def test_a_file_whose_bytes_are_gone_is_not_found(
    client: httpx.AsyncClient, settings: ApiSettings, picture: bytes
) -> None:
    file = (await send(client, picture)).json()
    (settings.storage_directory / "uploads" / file["id"]).unlink()
    response = await client.get(file["content_url"])
    assert response.json()["type"] == "urn:longshore:problem:unknown-file"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"<script>alert(1)</script>", "image/png"),
        (b"GIF87", "image/gif"),
        (b"", "image/png"),
        (b"%PDF-1.7 and so on", "image/png"),
    ],
)
async def test_a_type_is_told_from_the_bytes_and_not_from_the_header(
    client: httpx.AsyncClient, settings: ApiSettings, content: bytes, kind: str
) -> None:
    response = await send(client, content, kind=kind)
    assert response.status_code == 415
    assert response.json()["type"] == "urn:longshore:problem:unsupported-type"
    assert stored(settings) == []


@pytest.mark.parametrize(
    ("content", "kind", "found"),
    [
        (b"\xff\xd8\xff\xe0 and so on", "image/jpg", "image/jpeg"),
        (b"GIF89a and so on", "application/octet-stream", "image/gif"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp; q=1", "image/webp"),
        (b"%PDF-1.7 and so on", "application/pdf", "application/pdf"),
    ],
)
async def test_a_vague_or_old_name_of_a_type_is_good_enough(
    client: httpx.AsyncClient, content: bytes, kind: str, found: str
) -> None:
    response = await send(client, content, kind=kind)
    assert (response.status_code, response.json()["media_type"]) == (201, found)


@pytest.mark.parametrize("extra", [1, 200_000])
async def test_a_file_above_the_limit_is_refused_and_leaves_nothing(
    client: httpx.AsyncClient, settings: ApiSettings, picture: bytes, extra: int
) -> None:
    content = picture.ljust(settings.upload_max_bytes + extra, b"\0")
    response = await send(client, content)
    assert response.status_code == 413
    assert response.json()["type"] == "urn:longshore:problem:too-large"
    assert str(settings.upload_max_bytes) in response.json()["detail"] or extra > 1
    assert stored(settings) == []


async def test_a_file_at_the_limit_is_taken(
    client: httpx.AsyncClient, settings: ApiSettings, picture: bytes
) -> None:
    response = await send(client, picture.ljust(settings.upload_max_bytes, b"\0"))
    assert response.status_code == 201


async def test_when_the_database_fails_no_bytes_stay_behind(
    client: httpx.AsyncClient, app: FastAPI, settings: ApiSettings, picture: bytes
) -> None:
    Base.metadata.drop_all(app.state.resources.engine)
    response = await send(client, picture)
    assert response.status_code == 503
    assert response.json()["type"] == "urn:longshore:problem:database-unavailable"
    assert "INSERT" not in response.text
    assert stored(settings) == []


async def test_when_the_storage_fails_no_row_stays_behind(
    client: httpx.AsyncClient, settings: ApiSettings, picture: bytes
) -> None:
    settings.storage_directory.write_text("a file where the directory should be")
    response = await send(client, picture)
    assert response.status_code == 503
    assert response.json()["type"] == "urn:longshore:problem:storage-unavailable"
    assert str(settings.storage_directory) not in response.text


@pytest.mark.parametrize(
    ("given", "kept"),
    [("../../etc/passwd", "passwd"), ("C:\\boats\\one.png", "one.png"), (".", "upload")],
)
async def test_a_name_is_only_a_name(
    client: httpx.AsyncClient, picture: bytes, given: str, kept: str
) -> None:
    assert (await send(client, picture, name=given)).json()["name"] == kept


async def test_content_can_not_act_as_a_page(client: httpx.AsyncClient) -> None:
    file = (await send(client, b"%PDF-1.7", name="a b ü.pdf", kind="application/pdf")).json()
    headers = (await client.get(file["content_url"])).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Disposition"] == ("attachment; filename*=UTF-8''a%20b%20%C3%BC.pdf")


async def test_an_upload_without_a_file_does_not_fit(client: httpx.AsyncClient) -> None:
    response = await client.post(FILES, data={"other": "x"})
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "file"


def stored(settings: ApiSettings) -> list[Path]:
    return [path for path in settings.storage_directory.rglob("*") if path.is_file()]
