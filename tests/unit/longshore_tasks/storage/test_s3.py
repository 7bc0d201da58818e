from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.response import StreamingBody
from botocore.stub import Stubber

from longshore_tasks.settings import Settings
from longshore_tasks.storage import FileMissing, FileStat, StorageUnavailable, open_storage
from longshore_tasks.storage.s3 import S3Storage

WHEN = datetime(2026, 1, 1, tzinfo=UTC)
OBJECT = {"Bucket": "media", "Key": "set/uploads/a"}
HEAD = {"ContentLength": 5, "LastModified": WHEN}


@pytest.fixture
def s3() -> S3Storage:
    settings = Settings(
        storage="s3",
        s3_bucket="media",
        s3_prefix="set/",
        s3_region="eu-central-1",
        s3_endpoint_url="http://s3.invalid",
        s3_access_key_id="id",
        s3_secret_access_key="key",  # type: ignore[arg-type]
    )
    storage = open_storage(settings)
    assert isinstance(storage, S3Storage)
    return storage


@pytest.fixture
def server(s3: S3Storage) -> Iterator[Stubber]:
    """What the bucket answers, checked against what it is asked."""
    with Stubber(s3._client) as stubber:
        yield stubber
        stubber.assert_no_pending_responses()


def test_put_uploads_under_the_prefix(s3: S3Storage, server: Stubber) -> None:
    content = BytesIO(b"hello")
    server.add_response("put_object", {}, {**OBJECT, "Body": content})
    server.add_response("head_object", HEAD, OBJECT)
    assert s3.put("uploads/a", content) == FileStat("uploads/a", 5, WHEN)


def test_open_gives_a_file_that_seeks(s3: S3Storage, server: Stubber) -> None:
    body = StreamingBody(BytesIO(b"hello"), 5)
    server.add_response("get_object", {"Body": body}, OBJECT)
    with s3.open("uploads/a") as file:
        file.seek(1)
        assert file.read() == b"ello"


def test_delete_says_whether_there_was_a_file(s3: S3Storage, server: Stubber) -> None:
    server.add_response("head_object", HEAD, OBJECT)
    server.add_response("delete_object", {}, OBJECT)
    assert s3.delete("uploads/a") is True
    server.add_client_error("head_object", "404", "Not Found", 404)
    assert s3.delete("uploads/a") is False


def test_list_follows_the_pages(s3: S3Storage, server: Stubber) -> None:
    def page(key: str, **more: Any) -> dict[str, Any]:
        return {"Contents": [{"Key": key, "Size": 1, "LastModified": WHEN}], **more}

    asked = {"Bucket": "media", "Prefix": "set/uploads/"}
    first = page("set/uploads/a", IsTruncated=True, NextContinuationToken="t")
    server.add_response("list_objects_v2", first, asked)
    server.add_response(
        "list_objects_v2", page("set/uploads/b"), {**asked, "ContinuationToken": "t"}
    )
    assert [stat.key for stat in s3.list("uploads/")] == ["uploads/a", "uploads/b"]


def test_a_missing_file_is_final_and_a_server_in_trouble_is_not(
    s3: S3Storage, server: Stubber
) -> None:
    server.add_client_error("get_object", "NoSuchKey")
    with pytest.raises(FileMissing), s3.open("uploads/a"):
        pass
    server.add_client_error("head_object", "SlowDown", "arn:secret", 503)
    with pytest.raises(StorageUnavailable, match="SlowDown") as caught:
        s3.stat("uploads/a")
    assert "arn:secret" not in str(caught.value)


def test_a_server_that_does_not_answer_is_worth_another_attempt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Away:
        def head_object(self, **_: Any) -> None:
            raise EndpointConnectionError(endpoint_url="http://s3.invalid")

    with pytest.raises(StorageUnavailable, match="did not answer"):
        S3Storage(Away(), "media").stat("uploads/a")


def test_a_key_cannot_climb_out(s3: S3Storage) -> None:
    with pytest.raises(ValueError, match="not a storage key"):
        s3.stat("../a")
